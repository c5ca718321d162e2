/** Which paths are the cache's own: nothing else is ever removed. */
import { expect, test } from 'vitest'
import { endpointFolder, endpointText, isOwnPath, modelFolder } from '../../src/hub/layout.ts'

const HASH = '0123456789abcdef0123456789abcdef'
const folder = `${await endpointFolder('https://huggingface.co')}/${modelFolder({ owner: 'a.b', model: 'c-d_e' })}`

test.each([
  [`${folder}/known/${HASH}.json`, true],
  [`${folder}/files/${HASH}/about.json`, true],
  [`${folder}/files/${HASH}/0-65536-${HASH}.part`, true],
  [`${folder}/files/${HASH}/0-65536-${HASH}.part.old`, false],
  [`${folder}/files/${HASH}/x/about.json`, false],
  [`${folder}/files/${HASH}/0-1-${HASH.slice(1)}.part`, false],
  [`${folder}/known/${HASH}.txt`, false],
  [`${folder}/known/about.json`, false],
  [`x/known/${HASH}.json`, false],
  [`x/a--b/known/${HASH}.json`, false],
  [`x-${HASH}/ab/known/${HASH}.json`, false],
  [`x-${HASH}/../a--b/known/${HASH}.json`, false],
  [`../x-${HASH}/a--b/known/${HASH}.json`, false],
  [`known/${HASH}.json`, false],
  ['CACHEDIR.TAG', false],
  ['', false],
])('%s: %s', (path, isOwn) => {
  expect(isOwnPath(path)).toBe(isOwn)
})

test('an endpoint is its whole address, without slashes at its end', async () => {
  expect(endpointText(new URL('HTTPS://Host:443/a/b//'))).toBe('https://host/a/b')
  const folders = await Promise.all(
    ['https://h', 'http://h', 'https://h:8080', 'https://h/a', 'https://h/A'].map(endpointFolder),
  )
  expect(new Set(folders.map((each) => each.toLowerCase())).size).toBe(5)
  expect((await endpointFolder(`https://${'h'.repeat(250)}`)).length).toBeLessThan(100)
})
