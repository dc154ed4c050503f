// Keycard's own tables with their columns. An app has others beside them, and columns of its own in these.

export const ownTables = {
  audit_events:
    'actor_id address client_id created_at_ms event id notice session_id user_agent user_id what why',
  known_devices: 'created_at_ms device_id last_used_at_ms user_id',
  known_places: 'created_at_ms last_used_at_ms place user_id',
  mail_links: 'created_at_ms expires_at_ms hash purpose user_id',
  master_keys: 'key_id newest_from_ms newest_up_to_ms',
  oauth_clients:
    'client_id created_at_ms first_party grants name registration_id scope secret_hash',
  outbox:
    'attempts claim created_at_ms due_at_ms expires_at_ms failed_at_ms failure id kind sealed user_id',
  passkeys:
    'aaguid backup_eligible backup_state counter created_at_ms id last_used_at_ms name public_key ' +
    'transports user_id',
  revocations: 'change_number created_at_ms id kind subject token_version',
  sessions:
    'address client_id counter created_at_ms device_id expires_at_ms forgiven_count id ' +
    'idle_expires_at_ms idle_ms is_new_device last_used_at_ms notices_seen_at_ms persistent ' +
    'proved_at_ms recovered_counter registration_id revoked_at_ms revoked_reason rotated_address ' +
    'rotated_at_ms rotated_by scope transport user_agent user_id',
  signing_keys: 'alg created_at_ms kid private_encrypted public_jwk state state_changed_at_ms',
  throttle_counters: 'closed_until_ms expires_at_ms failures key pending pending_until_ms',
  used_challenges: 'expires_at_ms id',
  user_imports: 'accounts_done digest',
  user_search_keys: 'key user_id',
  users:
    'created_at_ms deleted_at_ms disabled email email_key full_name id is_demo last_seen_at_ms ' +
    'password_changed_at_ms password_hash password_key_id role token_version updated_at_ms ' +
    'username username_key',
}
