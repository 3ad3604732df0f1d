import tailwind from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const portal = process.env.PORTAL ?? 'http://localhost:8024'

export default defineConfig({
  base: '/online/',
  plugins: [vue(), tailwind()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../botyard/web/ui',
    emptyOutDir: true,
    // Small files are not put into the page: its policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: { proxy: { '^/(rest|oauth|login|account|avatar|bitrix|picture)': { target: portal, ws: true } } },
  test: { environment: 'happy-dom' },
})
