import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { packageList } from './packages';

// For `npm run dev`, point at an agent: SLIPWAY=https://127.0.0.1:5080 npm run dev
export default defineConfig({
  plugins: [react(), packageList()],
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: { proxy: { '/api': { target: process.env.SLIPWAY ?? 'https://127.0.0.1:5080', secure: false } } },
  test: { environment: 'happy-dom', environmentOptions: { happyDOM: { url: 'https://localhost:5080/' } }, include: ['src/**/*.test.{ts,tsx}'] },
});
