/// <reference types="vite/client" />

/** antd ships its locales as files without declared exports, which strict Node resolution does not find. */
declare module 'antd/locale/*' {
  const locale: NonNullable<import('antd').ConfigProviderProps['locale']>

  // biome-ignore lint/style/noDefaultExport: that is the shape of antd files
  export { locale as default }
}
