// The user whose password a form asks for, for the password manager only.

export function PasswordOwner({ label, username }: { label: string; username: string }) {
  return (
    <div className="visually-hidden" aria-hidden="true">
      <input
        type="text"
        name="username"
        autoComplete="username"
        aria-label={label}
        tabIndex={-1}
        readOnly
        value={username}
      />
    </div>
  )
}
