import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = process.env.LIULIANG_URL ?? 'http://127.0.0.1:3000'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The first download is antd with router and query; charts, pages and forms come when they are opened.
    chunkSizeWarningLimit: 1400,
  },
  server: {
    host: '127.0.0.1',
    // Whole folders only: `/api` or `/t` alone would take our own modules `/api/query.ts` and `/theme.ts` along.
    proxy: Object.fromEntries(
      ['^/api/v1/', '^/callback/', '^/hooks/', '^/p/', '^/t/', '^/openapi.json$', '^/(healthz|readyz)$'].map((path) => [path, server]),
    ),
  },
})
