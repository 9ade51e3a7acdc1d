// What Vite adds to modules: files by their address (`?url`), styles, `import.meta.env`.
/// <reference types="vite/client" />
