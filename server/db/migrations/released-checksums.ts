// The checksums of Keycard's released migrations: they are final, for databases in the field have them.

import type { Engine } from '../database.ts'

/**
 * By engine and name, so that no start has to build their statements again; a test compares each
 * with them. A migration that is not listed is not released yet: its checksum is computed at each
 * start.
 */
export const releasedChecksums: Record<Engine, Readonly<Record<string, string>>> = {
  sqlite: {
    '0001_users_sessions_items': '9403f91fcc5de671b23e26240351883462a5086404ab0da042c48649e1b076aa',
    '0002_clients': '070fe938b824bcf06b8ecc259d8568de74f9fa7b9cf692b13e49362ab4618f5d',
    '0003_devices_and_audit': 'eabbb3b917c8926f70c2497b3a73ed46da105b75a66b76af6f26adc389198015',
    '0004_throttle': 'b2759414bfe2fc0cb43c5dcd0cfea7ca2e11246f81f1104988adbc9aa30d2d9e',
    '0005_user_directory': 'c7e648bdaf63157e1e661fdd47b968057b2b94fe468ca7767bfc41ba30f2a2da',
    '0006_change_numbers': '700b2fce5bf7590ef4539d1a050547a5fe5c01a64f0bd5e819b72d61a92162ba',
    '0007_batches': '87f131a2d21f7fe253649fdb8fcc4d60eb43d97e563ae4930882e6125e4785a5',
    '0009_known_places': 'bcefafbbdb8b156f16421979132fd5a4fa746ab87d911d924d70421a58fda172',
    '0010_recovered_refreshes': '423fc600f2aef2cd97024e91e7d0263f61bd397ea68dc736f9206e8bc9f10070',
    '0011_notices_proofs_and_live_sessions':
      '2f85752999645f8a8a3e0f43f5d7c8774f924ed59ee86165fd36cf57ff872e47',
    '0012_old_databases': '052526331b9dafca507d91eb4536065e46bb923fa3f0220989c6007db68e697f',
    '0013_master_keys': 'afeb5e8fed31d7b1b3de81261185ffa1dfc17d47074931a0de320514be199921',
    '0014_search_keys_and_admins':
      'c589ce79b2a6a7988468e6576b15a4e1597daf30a7b646d4ddb016cd61f09142',
    '0015_search_keys_in_unicode':
      'e63c2aa9e54a5761ef7b99f0852112b79702b21c166c72cec217d4c0834f64c5',
    '0016_plain_words': '1d1243b07770fb96286d2de54c1aa40a8e87ad434fb055ed083f80a06440015c',
    '0017_audit_filters': '66abe245686bba3a4817bf15e54ca627ef634a2910f7fa6fb9eff393533dc318',
  },
  postgres: {
    '0001_users_sessions_items': '278b73cf9ed749d3c5fe5a7dac75a0e4ab25f924b9165b82f707532f97079c7d',
    '0002_clients': 'b82bcaff50207602c725186a95e9c765455e664d924edba0df84f319966ffa7d',
    '0003_devices_and_audit': '1f85e4f59748b227e212525c4ad12074877dc3935d5e5aff5439edb79ac61c26',
    '0004_throttle': 'd6e3141b9bce3e97152bf5e7681f0ac11a1f6faa278644df7a240545ea0c38d9',
    '0005_user_directory': '9c5c0698c4917de45fd6ce369544e2bba1b62e91f68d498d1af8a704aadcbe51',
    '0006_change_numbers': '09983b14b795a5e7dc436a76c8f563f696094b1617432065de30fe8e15bb08a3',
    '0007_batches': '4ae6cafe5e8927bcb864f9f7fc13cc4cd6aa1ccba80a42ceef2b2d800ed5767c',
    '0009_known_places': 'f708bb47e62f6d805608510cf11dd16c8c5c7bdc53fb59e835bede2b4cd7a1c5',
    '0010_recovered_refreshes': '1bcc2a3b04bf36c0dc0fa41c0fd736b7989c0b1d0c917c5130e5c5b2779f8f1e',
    '0011_notices_proofs_and_live_sessions':
      '3e5031b61e09ad36554e9a57bbdb4249c1dc9974e1b0ddebcb05de0f1c3fc392',
    '0012_old_databases': '514b536a8bb7e8441f5d587cfbf5a03ec472e3e11180e08e6af56ec384a1aa1c',
    '0013_master_keys': '7e07d011ffc9d3a54534dd0f4176fd73fa9eb8af69a909d67bb5df39e935d977',
    '0014_search_keys_and_admins':
      '7bbdc89ad71706f1abe1e3b09a33a5224b56ddbf4e8d8fe66762b069c9660c3f',
    '0015_search_keys_in_unicode':
      'd41ba77efff1480f32d482eab6a9716602181c80d4d52a338c387e22db28e65c',
    '0016_plain_words': '1d1243b07770fb96286d2de54c1aa40a8e87ad434fb055ed083f80a06440015c',
    '0017_audit_filters': '66abe245686bba3a4817bf15e54ca627ef634a2910f7fa6fb9eff393533dc318',
  },
}
