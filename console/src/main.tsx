// The page's entry.
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { MantineProvider } from '@mantine/core'
import './look/mantine.css'
import './look/look.css'
import { Console } from './frame/console.tsx'
import { theme } from './look/theme.ts'

const place = document.getElementById('root')
if (place === null) throw new Error('the page has no place for itself')
// No style is written into the page: the policy of the server forbids it, and look.css says what Mantine would.
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <Console />
    </MantineProvider>
  </StrictMode>,
)
