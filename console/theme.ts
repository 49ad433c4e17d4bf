import { type ThemeConfig, theme } from 'antd'

/**
 * Every colour of the console. `accent` is jade dark enough for text and buttons (4.5:1 on paper and under white text);
 * `mark` is the brand's jade #0f9d77, which only reaches 3.4:1 and is therefore kept for lines, dots and bars.
 */
export interface Palette {
  paper: string
  card: string
  sunk: string
  line: string
  lineStrong: string
  ink: string
  inkSoft: string
  inkMute: string
  accent: string
  accentStrong: string
  accentSoft: string
  onAccent: string
  mark: string
  amber: string
  amberSoft: string
  amberMark: string
  red: string
  redSoft: string
  slate: string
  slateSoft: string
  shadow: string
}

export const light: Palette = {
  paper: '#f7f8fa',
  card: '#ffffff',
  sunk: '#f1f3f6',
  line: '#e5e8ed',
  lineStrong: '#c9d0da',
  ink: '#1a1f2b',
  inkSoft: '#4a5364',
  inkMute: '#646e80',
  accent: '#0a795b',
  accentStrong: '#086349',
  accentSoft: '#e4f4ee',
  onAccent: '#ffffff',
  mark: '#0f9d77',
  amber: '#8a5700',
  amberSoft: '#fdf2da',
  amberMark: '#d98e04',
  red: '#c0302a',
  redSoft: '#fdecea',
  slate: '#4f5f7b',
  slateSoft: '#e9edf4',
  shadow: '0 8px 28px rgb(26 31 43 / 14%)',
}

export const dark: Palette = {
  paper: '#10141b',
  card: '#171c25',
  sunk: '#1f2632',
  line: '#29313f',
  lineStrong: '#445064',
  ink: '#e8ebf1',
  inkSoft: '#b4bdcb',
  inkMute: '#939eb0',
  accent: '#3cc59b',
  accentStrong: '#63d6b2',
  accentSoft: '#12352b',
  onAccent: '#06251b',
  mark: '#22b088',
  amber: '#f0bd62',
  amberSoft: '#39290f',
  amberMark: '#dca037',
  red: '#f4857b',
  redSoft: '#3f1d1b',
  slate: '#a9b8d2',
  slateSoft: '#252e3d',
  shadow: '0 8px 28px rgb(0 0 0 / 50%)',
}

/** Eight series that stay apart under the common colour-vision deficiencies; order is fixed so that a thing keeps its colour. */
export const series = ['#0f9d77', '#3f74d6', '#d98e04', '#8d5fc9', '#4ba3c7', '#c2544d', '#7d8331', '#6f7b90']

export const fontFamily =
  '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", Inter, system-ui, -apple-system, sans-serif'

/** The same palette as CSS variables, for the style sheets of ui/ and shell/. */
export function paintDocument(name: 'light' | 'dark', palette: Palette): void {
  const root = document.documentElement
  root.dataset.theme = name
  root.style.colorScheme = name
  for (const [key, value] of Object.entries(palette)) {
    root.style.setProperty(`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value)
  }
  root.style.setProperty('--font', fontFamily)
}

/** `still`: whoever asked their machine for less motion gets none from antd either. */
export function antdTheme(name: 'light' | 'dark', palette: Palette, still: boolean): ThemeConfig {
  const base = name === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm
  return {
    // The algorithm would shift our colours; ours are chosen for contrast, so they are put back after it.
    algorithm: (seed) => ({ ...base(seed), ...pinned(palette) }),
    token: {
      colorPrimary: palette.accent,
      colorInfo: palette.slate,
      colorSuccess: palette.mark,
      colorWarning: palette.amberMark,
      colorError: palette.red,
      colorLink: palette.accent,
      colorTextBase: palette.ink,
      colorBgBase: palette.card,
      fontFamily,
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 32,
      motion: !still,
      motionUnit: 0.06,
    },
    components: {
      Button: {
        primaryColor: palette.onAccent,
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        dangerColor: name === 'dark' ? '#2b0907' : '#ffffff',
        fontWeight: 500,
      },
      Badge: { colorError: '#c0302a' },
      Table: {
        headerBg: palette.card,
        headerColor: palette.inkMute,
        headerSplitColor: 'transparent',
        headerSortActiveBg: palette.card,
        headerSortHoverBg: palette.sunk,
        bodySortBg: 'transparent',
        rowHoverBg: palette.sunk,
        rowSelectedBg: palette.accentSoft,
        rowSelectedHoverBg: palette.accentSoft,
        borderColor: palette.line,
        cellPaddingBlockMD: 6,
        cellPaddingInlineMD: 12,
        cellPaddingBlockSM: 3,
        cellPaddingInlineSM: 12,
      },
      Tag: { defaultBg: palette.slateSoft, defaultColor: palette.slate },
      // Words on a switch that is on stand on the accent.
      Switch: { colorTextLightSolid: palette.onAccent },
      Tabs: { horizontalMargin: '0 0 16px 0' },
      Segmented: { trackBg: palette.sunk, itemSelectedBg: palette.card },
      Tooltip: { colorBgSpotlight: name === 'dark' ? '#3a4557' : '#262c3a' },
      Drawer: { padding: 20 },
    },
  }
}

function pinned(palette: Palette) {
  return {
    colorPrimary: palette.accent,
    colorPrimaryHover: palette.accentStrong,
    colorPrimaryActive: palette.accentStrong,
    colorPrimaryText: palette.accent,
    colorPrimaryTextHover: palette.accentStrong,
    colorPrimaryBg: palette.accentSoft,
    colorPrimaryBgHover: palette.accentSoft,
    colorPrimaryBorder: palette.mark,
    colorLink: palette.accent,
    colorLinkHover: palette.accentStrong,
    colorLinkActive: palette.accentStrong,
    colorError: palette.red,
    colorErrorText: palette.red,
    colorErrorBg: palette.redSoft,
    colorSuccessBg: palette.accentSoft,
    colorSuccessBorder: palette.accentSoft,
    colorInfoBg: palette.slateSoft,
    colorInfoBorder: palette.slateSoft,
    colorErrorBorder: palette.redSoft,
    colorWarningBorder: palette.amberSoft,
    colorWarningText: palette.amber,
    colorWarningBg: palette.amberSoft,
    colorText: palette.ink,
    colorTextSecondary: palette.inkSoft,
    colorTextTertiary: palette.inkMute,
    colorTextQuaternary: palette.inkMute,
    colorBgLayout: palette.paper,
    colorBgContainer: palette.card,
    colorBgElevated: palette.card,
    colorBorder: palette.lineStrong,
    colorBorderSecondary: palette.line,
    colorFillQuaternary: palette.sunk,
    colorFillTertiary: palette.sunk,
  }
}
