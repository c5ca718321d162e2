'use client'
import { useEffect, useState } from 'react'
import { neighbours } from './search'

export function Browser() {
  const [word, setWord] = useState('tea')
  const [lines, setLines] = useState<string[]>([])
  useEffect(() => {
    let current = true
    neighbours(word).then(
      (found) => current && setLines(found),
      (error: Error) => current && setLines([error.message]),
    )
    return () => {
      current = false
    }
  }, [word])
  return (
    <>
      <label>
        Word <input value={word} onChange={(event) => setWord(event.target.value)} />
      </label>
      <ol id="browser">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </>
  )
}
