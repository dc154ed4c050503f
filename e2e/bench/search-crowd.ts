// Users with realistic names: a few that very many share, and very many that few share.

/** Runs a statement in the database that is being filled. */
export type RunSql = (statement: string) => Promise<unknown>

const syllables = ['an', 'bel', 'cor', 'dra', 'el', 'fin', 'gra', 'hol', 'is', 'jo', 'ka', 'lin']
const firstNameCount = 500
const lastNameCount = 5_000

/** The first names are the common ones. Each is a single word, and many begin alike. */
function makeName(rank: number): string {
  const digits = (rank + syllables.length).toString(syllables.length)
  return [...digits].map((digit) => syllables[Number.parseInt(digit, syllables.length)]).join('')
}

export const firstNames = Array.from({ length: firstNameCount }, (_, rank) => makeName(rank))
export const lastNames = Array.from(
  { length: lastNameCount },
  (_, rank) => `${makeName(rank)}${rank % 3 === 0 ? 'son' : 'er'}`,
)
export const commonDomain = 'example.com'

/** `user_search_keys` of each are those that `searchKeyRows` makes. */
export async function fillSearchCrowd(
  run: RunSql,
  engine: 'sqlite' | 'postgres',
  count: number,
): Promise<void> {
  const list = (names: readonly string[]) =>
    names.map((name, rank) => `(${rank}, '${name}')`).join(', ')
  const randomId =
    engine === 'sqlite'
      ? 'lower(hex(randomblob(11)))'
      : 'substr(md5(random()::text || clock_timestamp()::text), 1, 22)'
  const numbers =
    engine === 'sqlite'
      ? `(with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ${count})
          select n from counted)`
      : `(select n from generate_series(1, ${count}) as series(n))`
  // The cube of an even number between 0 and 1 is often small.
  const draw = (factor: number, among: number) => {
    const even = `(cast(n as bigint) * ${factor} % 65536)`
    return `${even} * ${even} / 65536 * ${even} / 65536 * ${among} / 65536`
  }
  await run('create table crowd_first (rank integer primary key, name text not null)')
  await run('create table crowd_last (rank integer primary key, name text not null)')
  await run(`insert into crowd_first values ${list(firstNames)}`)
  await run(`insert into crowd_last values ${list(lastNames)}`)
  await run(`create table crowd as select n, ${randomId} as id, crowd_first.name as first,
      crowd_last.name as last, crowd_first.name || '.' || crowd_last.name || n as username,
      case when n % 5 < 3 then '${commonDomain}' else 'company' || (n % 2000) || '.example' end as domain
    from (select n, ${draw(40_503, firstNameCount)} as first_rank,
        ${draw(30_011, lastNameCount)} as last_rank from ${numbers} as numbers) as drawn
      join crowd_first on crowd_first.rank = first_rank
      join crowd_last on crowd_last.rank = last_rank`)
  await run(`insert into users (id, username, username_key, email, email_key, full_name, role,
      password_hash, password_key_id, password_changed_at_ms, created_at_ms, updated_at_ms)
    select crowd.id, crowd.username, crowd.username, crowd.username || '@' || domain,
      crowd.username || '@' || domain, first || ' ' || last, 'user', 'none', null, 0,
      1700000000000 + n * cast(7919 as bigint) % 1000003, 0
    from crowd`)
  await run('drop index user_search_keys_user_id')
  const domainWords = `replace(domain, '.', ' ')`
  const rest = `char(10) || username || char(10) || ' ' || first || ' ' || last || n || ' ' || ${domainWords}
      || ' ' || first || ' ' || last`
  await run(`insert into user_search_keys (key, user_id)
    select beginning || ${engine === 'sqlite' ? rest : rest.replaceAll('char(', 'chr(')}, id from (
      select username || '@' || domain as beginning, crowd.* from crowd
      union all select last || n || '@' || domain, crowd.* from crowd
      union all select domain, crowd.* from crowd
      union all select case when n % 5 < 3 then 'com' else 'example' end, crowd.* from crowd
      union all select first || ' ' || last, crowd.* from crowd) as keys
    order by 1`)
  await run('create index user_search_keys_user_id on user_search_keys (user_id)')
  await run('drop table crowd')
  await run('drop table crowd_first')
  await run('drop table crowd_last')
}
