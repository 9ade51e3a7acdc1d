// Where things stand in a drawing: ELK's layered layout, in a worker that is fetched when something is drawn for the first time, and ended when it is.
import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk-api.js'
import worker from 'elkjs/lib/elk-worker.min.js?url'
import type { Graph } from './graph.ts'

export interface Point { readonly x: number; readonly y: number }
export interface Placed { readonly boxes: ReadonlyMap<string, Point>; readonly links: ReadonlyMap<string, { readonly points: readonly Point[]; readonly label: Point | null }>; readonly width: number; readonly height: number }

/** Rejects where no worker may run. */
export async function layout({ boxes, links }: Graph, direction: 'RIGHT' | 'DOWN' = 'RIGHT'): Promise<Placed> {
  const elk = new ELK({ workerFactory: () => new Worker(new URL(worker, import.meta.url)) })
  try {
    const done: ElkNode = await elk.layout({
      id: 'root',
      layoutOptions: {
        'elk.algorithm': 'layered', 'elk.direction': direction, 'elk.edgeRouting': 'ORTHOGONAL', 'elk.spacing.nodeNode': '44', 'elk.layered.spacing.nodeNodeBetweenLayers': '76', 'elk.spacing.edgeNode': '28',
        'elk.spacing.edgeEdge': '20', 'elk.layered.spacing.edgeEdgeBetweenLayers': '20', 'elk.layered.spacing.edgeNodeBetweenLayers': '32', 'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES', 'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
        'elk.spacing.componentComponent': '48', 'elk.spacing.nodeSelfLoop': '26', 'elk.edgeLabels.inline': 'false', 'elk.aspectRatio': '2.2',
      },
      children: boxes.map(box => ({ ...box })),
      edges: links.map(link => ({ id: link.id, sources: [link.from], targets: [link.to], labels: [{ text: link.label, width: Math.max(link.label.length, link.note.length) * 6.6 + 12, height: link.note === '' ? 18 : 32 }] })),
    })
    return {
      boxes: new Map((done.children ?? []).map(c => [c.id, { x: c.x ?? 0, y: c.y ?? 0 }])), width: done.width ?? 0, height: done.height ?? 0,
      links: new Map((done.edges ?? []).map((e: ElkExtendedEdge) => {
        const [section] = e.sections ?? [], [label] = e.labels ?? []
        return [e.id, { points: section === undefined ? [] : [section.startPoint, ...section.bendPoints ?? [], section.endPoint], label: label?.x === undefined ? null : { x: label.x + (label.width ?? 0) / 2, y: (label.y ?? 0) + (label.height ?? 0) / 2 } }]
      })),
    }
  } finally {
    elk.terminateWorker()
  }
}
