// The settings of the app's own features, as `config.features.<name>`: one line each.

export type { SettingsReader } from './settings-reader.ts'
