import { isRowspaceError } from 'rowspace'
import { neighbours } from '../search'

/** GET /api?word=coffee */
export async function GET(request: Request): Promise<Response> {
  const word = new URL(request.url).searchParams.get('word') ?? ''
  try {
    return Response.json(await neighbours(word))
  } catch (error) {
    if (!isRowspaceError(error)) throw error
    return Response.json({ error: error.message }, { status: 400 })
  }
}
