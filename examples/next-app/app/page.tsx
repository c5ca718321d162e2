import { Browser } from './browser'
import { neighbours } from './search'

export default async function Page() {
  return (
    <main>
      <h1>Neighbours of a word</h1>
      <h2>On the server</h2>
      <ol id="server">
        {(await neighbours('coffee')).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      <h2>In the browser</h2>
      <Browser />
    </main>
  )
}
