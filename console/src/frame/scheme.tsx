// Light, dark, or as the machine is.
import { useMantineColorScheme } from '@mantine/core'
import { Icon } from '../parts/icon.tsx'

const choices = [['light', 'sun', 'Light'], ['dark', 'moon', 'Dark'], ['auto', 'auto', 'As the system']] as const

export function Scheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <fieldset className="scheme">
      <legend className="out">Colours</legend>
      {choices.map(([value, icon, text]) => (
        <label key={value} title={text}><input type="radio" className="out" name="scheme" value={value} checked={colorScheme === value} onChange={() => { setColorScheme(value) }} /><Icon name={icon} size={15} /><span className="out">{text}</span></label>
      ))}
    </fieldset>
  )
}
