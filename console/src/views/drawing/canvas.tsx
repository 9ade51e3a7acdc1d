// A placed graph that can be moved and zoomed. What is in it is read aloud from the words beside it; boxes of entities are links.
import { ActionIcon } from '@mantine/core'
import { BaseEdge, EdgeLabelRenderer, Handle, Panel, Position, ReactFlow, ReactFlowProvider, useReactFlow, type Edge, type EdgeProps, type Node, type NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useEffect, useMemo, useState } from 'react'
import { useKnown } from '../../application/application.tsx'
import type { Entity } from '../../application/contract.ts'
import { hrefOf } from '../../frame/place.ts'
import { Empty } from '../../parts/empty.tsx'
import { Icon } from '../../parts/icon.tsx'
import { fieldsOf, most, sign, type End, type Graph, type Link } from './graph.ts'
import { layout, type Placed, type Point } from './layout.ts'

interface Props { readonly graph: Graph; readonly entities: readonly Entity[]; readonly begins?: string | null; /** The wheel zooms. */ readonly wheel: boolean; readonly label: string; readonly marked: string | null }
type EntityNode = Node<{ readonly entity: Entity; readonly marked: boolean }, 'entity'>
type StateNode = Node<{ readonly name: string; readonly begins: boolean }, 'state'>
type LinkEdge = Edge<{ readonly link: Link; readonly points: readonly Point[]; readonly label: Point | null }, 'link'>

const nodeTypes = { entity: EntityBox, state: StateBox }
const edgeTypes = { link: LinkLine }

export const Canvas = (props: Props) => <ReactFlowProvider><Inner {...props} /></ReactFlowProvider>

function Inner({ graph, entities, begins = null, wheel, label, marked }: Props) {
  const [placed, setPlaced] = useState<Placed | null>(null)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    let here = true
    setPlaced(null)
    layout(graph).then(done => { if (here) setPlaced(done) }, () => { if (here) setFailed(true) })
    return () => { here = false }
  }, [graph])
  const nodes = useMemo((): (EntityNode | StateNode)[] => placed === null ? [] : graph.boxes.map(box => {
    const place = { id: box.id, position: placed.boxes.get(box.id) ?? { x: 0, y: 0 }, width: box.width, height: box.height }
    const entity = entities.find(e => e.name === box.id)
    return entity === undefined ? { ...place, type: 'state', data: { name: box.id, begins: box.id === begins } } : { ...place, type: 'entity', data: { entity, marked: box.id === marked } }
  }), [placed, graph, entities, begins, marked])
  const edges = useMemo((): LinkEdge[] => placed === null ? [] : graph.links.map(link => {
    const { points = [], label: at = null } = placed.links.get(link.id) ?? {}
    return { id: link.id, source: link.from, target: link.to, type: 'link', data: { link, points, label: at } }
  }), [placed, graph])
  if (failed) return <Empty icon="drawing" title="The drawing could not be made"><p>What would be in it stands in words in the views of the entities.</p></Empty>
  if (placed === null) return <p className="soft waits" role="status">Drawing…</p>
  return (
    <div className="canvas" role="group" aria-label={label}>
      <ul className="out">{graph.links.map(link => <li key={link.id}>{link.said}</li>)}</ul>
      <ReactFlow nodes={nodes} edges={edges} nodeTypes={nodeTypes} edgeTypes={edgeTypes} fitView fitViewOptions={{ padding: 0.08, maxZoom: 1 }} minZoom={0.15} maxZoom={2}
        nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} zoomOnScroll={wheel} preventScrolling={wheel} zoomOnDoubleClick={false} disableKeyboardA11y>
        <Panel position="bottom-left"><Zoom /></Panel>
        {graph.links.some(link => link.owned) && <Panel position="top-right"><p className="legend small"><span aria-hidden="true" />has as its parts</p></Panel>}
      </ReactFlow>
    </div>
  )
}

function Zoom() {
  const flow = useReactFlow()
  const quick = { duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 160 }
  return (
    <div className="zoom card">
      <ActionIcon variant="subtle" color="gray" aria-label="Zoom in" onClick={() => { void flow.zoomIn(quick) }}><Icon name="plus" size={16} /></ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label="Zoom out" onClick={() => { void flow.zoomOut(quick) }}><svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" aria-hidden="true"><path d="M5 12h14" /></svg></ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label="Show all of it" onClick={() => { void flow.fitView({ ...quick, padding: 0.08, maxZoom: 1 }) }}><svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" aria-hidden="true"><path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" /></svg></ActionIcon>
    </div>
  )
}

/** Ends of lines are where the layout says; React Flow wants to know of some all the same. */
const Ends = () => <><Handle type="target" position={Position.Left} isConnectable={false} aria-hidden="true" /><Handle type="source" position={Position.Right} isConnectable={false} aria-hidden="true" /></>

function EntityBox({ data: { entity, marked } }: NodeProps<EntityNode>) {
  const { prefix } = useKnown().application
  const fields = fieldsOf(entity)
  return (
    <a className="box nodrag nopan" data-marked={marked || undefined} href={hrefOf(`${prefix}/${entity.path}?page[size]=20`)}>
      <span className="boxtitle">{entity.title}{entity.partOf !== null && <span className="boxnote">part</span>}</span>
      {fields.slice(0, most).map(f => (
        <span key={f.name} className="boxfield" data-key={f.key || undefined} data-reference={f.reference !== null || undefined}><span>{f.key && <Icon name="key" size={11} />}{f.reference !== null && !f.key && <Icon name="link" size={11} />}{f.name}</span><span className="boxkind">{f.kind}{f.nullable ? '?' : ''}</span></span>
      ))}
      {fields.length > most && <span className="boxfield boxkind">{fields.length - most} more</span>}
      <Ends />
    </a>
  )
}

function StateBox({ data: { name, begins } }: NodeProps<StateNode>) {
  return <span className="statebox" data-begins={begins || undefined}>{begins && <span className="dot" aria-hidden="true" />}{name}{begins && <span className="out">, where it begins</span>}<Ends /></span>
}

function LinkLine({ data }: EdgeProps<LinkEdge>) {
  if (data === undefined || data.points.length < 2) return null
  const { link, points, label } = data
  const [first = { x: 0, y: 0 }, second = first] = points, last = points.at(-1) ?? first, before = points.at(-2) ?? last
  return (
    <>
      <BaseEdge path={rounded(points, link.toEnd === null)} className={link.owned ? 'link owned' : 'link'} />
      {link.fromEnd === null ? null : <EndMark at={first} from={second} end={link.fromEnd} />}
      {link.toEnd === null ? <Arrow at={last} from={before} /> : <EndMark at={last} from={before} end={link.toEnd} />}
      {label !== null && <EdgeLabelRenderer><span className="linklabel" aria-hidden="true" style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}>{link.label}{link.note !== '' && <small>{link.note}</small>}</span></EdgeLabelRenderer>}
    </>
  )
}

/** Which way from `at` back to `from`. */
function towards(at: Point, from: Point): Point {
  const length = Math.hypot(from.x - at.x, from.y - at.y) || 1
  return { x: (from.x - at.x) / length, y: (from.y - at.y) / length }
}

/** A crow's foot for many, a bar for one, a ring where there may be none; and the number beside it. */
function EndMark({ at, from, end }: { readonly at: Point; readonly from: Point; readonly end: NonNullable<End> }) {
  const d = towards(at, from), across = { x: -d.y, y: d.x }
  const p = (along: number, side: number): string => `${at.x + d.x * along + across.x * side} ${at.y + d.y * along + across.y * side}`
  const foot = end.many ? `M${p(12, 0)} L${p(0, 6)} M${p(12, 0)} L${p(0, -6)}` : `M${p(9, 6)} L${p(9, -6)}`
  const up = Math.abs(d.x) > Math.abs(d.y)
  return (
    <g className="end" aria-hidden="true">
      <path d={foot} />
      {!end.many && end.optional && <circle cx={at.x + d.x * 15} cy={at.y + d.y * 15} r="4" />}
      <text x={at.x + d.x * 17 + (up ? 0 : 11)} y={at.y + d.y * 17 + (up ? -8 : 4)} textAnchor="middle">{sign(end)}</text>
    </g>
  )
}

function Arrow({ at, from }: { readonly at: Point; readonly from: Point }) {
  const d = towards(at, from), across = { x: -d.y, y: d.x }
  const p = (along: number, side: number): string => `${at.x + d.x * along + across.x * side} ${at.y + d.y * along + across.y * side}`
  return <path className="arrowhead" aria-hidden="true" d={`M${p(0, 0)} L${p(9, 4.5)} L${p(9, -4.5)} Z`} />
}

/** A line through the points, its corners rounded. */
function rounded(points: readonly Point[], shorter: boolean): string {
  const radius = 8
  const all = [...points]
  const last = all.at(-1), before = all.at(-2)
  if (shorter && last !== undefined && before !== undefined) { const d = towards(last, before); all[all.length - 1] = { x: last.x + d.x * 6, y: last.y + d.y * 6 } }
  return all.map((point, i) => {
    const previous = all[i - 1], next = all[i + 1]
    if (previous === undefined) return `M${point.x} ${point.y}`
    if (next === undefined) return `L${point.x} ${point.y}`
    const a = towards(point, previous), b = towards(point, next)
    const r = Math.min(radius, Math.hypot(previous.x - point.x, previous.y - point.y) / 2, Math.hypot(next.x - point.x, next.y - point.y) / 2)
    return `L${point.x + a.x * r} ${point.y + a.y * r} Q${point.x} ${point.y} ${point.x + b.x * r} ${point.y + b.y * r}`
  }).join(' ')
}
