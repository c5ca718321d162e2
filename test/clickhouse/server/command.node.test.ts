/**
 * The command on three shards: the same answers as of the table in memory, and no password in what it prints.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rowspaceWith } from '../../cli/command.ts'
import { type ClickHouseServers, findClickHouse, PASSWORD, startClickHouse, USER } from '../servers.ts'

describe.skipIf(findClickHouse() === undefined)('rowspace on three shards', () => {
  let servers: ClickHouseServers
  let name: string
  const environment = { CLICKHOUSE_USER: USER, CLICKHOUSE_PASSWORD: PASSWORD }
  const run = (...args: string[]) => {
    const ran = rowspaceWith(environment, ...args)
    expect(ran.stdout + ran.stderr).not.toContain(PASSWORD)
    return ran
  }
  const document = (...args: string[]) => JSON.parse(run(...args, '--json').stdout)
  /** All but how long it took and what the table is called. */
  const text = (...args: string[]) => run(...args).stdout.replace(/ {2}(default|clickhouse:).*/, '')

  beforeAll(async () => {
    servers = await startClickHouse()
    name = `clickhouse://${new URL(servers.urls[0]!).host}/default/words`
    const shards = servers.urls.flatMap((url) => ['--server', url])
    const uploaded = document('push', 'default', name, '--cluster', 'three', ...shards)
    expect(uploaded).toEqual({
      in: 'default',
      out: name,
      cluster: 'three',
      size: 20_000,
      dimension: 100,
      sent: 20_000,
    })
    expect(run('push', 'default', name, '--cluster', 'three', ...shards).stdout).toContain('0 rows sent')
  }, 60_000)
  afterAll(() => servers?.stop(), 60_000)

  test.each([
    [['nearest', 'king', '-k', '4']],
    [['nearest', '#12', '--metric', 'dot', '--include-inputs']],
    [['nearest', '1999']],
    [['analogy', 'king - man + woman', '--baselines', '3', '--seed', '7']],
    [['analogy', '0.5 * paris - "france" + 12', '--normalize', '--metric', 'dot']],
    [['lookup', 'The King and xyzzyqq, who?']],
    [['lookup', "it's"]],
  ])('%j', ([command, ...rest]) => {
    expect(text(command!, name, ...rest)).toBe(text(command!, 'default', ...rest))
    const own = document(command!, name, ...rest)
    expect(own).toEqual({ ...document(command!, 'default', ...rest), table: name })
  })

  test('inspect shows what there is', () => {
    expect(document('inspect', name)).toMatchObject({
      name,
      format: 'clickhouse',
      rows: 20_000,
      dimension: 100,
      dtype: 'f32',
      tokens: true,
      cluster: 'three',
      shards: 3,
    })
    expect(run('inspect', name).stdout).toContain('|V| x d = 20,000 x 100, f32')
  })

  test('user and password in the name are used and not shown', () => {
    const withUser = name.replace('//', `//${USER}:${encodeURIComponent(PASSWORD)}@`)
    const { stdout, code } = rowspaceWith({}, 'nearest', withUser, 'king', '-k', '1', '--json')
    expect(code).toBe(0)
    expect(stdout).not.toContain(PASSWORD)
    const wrong = rowspaceWith({}, 'nearest', name.replace('//', '//someone:hush@'), 'king')
    expect(wrong).toMatchObject({ stdout: '', code: 2 })
    expect(wrong.stderr).toMatch(/user or password is wrong/)
    expect(wrong.stderr).not.toContain('hush')
  })

  test('a word that it does not have', () => {
    const { stderr, code } = run('nearest', name, 'kign')
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('"kign" is not a token of table default.words'),
    ])
  })
})
