import { ExperimentOutlined, LoginOutlined, PartitionOutlined } from '@ant-design/icons'
import {
  Background,
  type Connection,
  Controls,
  type Edge,
  type EdgeChange,
  Handle,
  MarkerType,
  type Node,
  type NodeChange,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import '#console/journeys/canvas.css'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { connect, gap, kinds, moveStep, removeStep, stepOf } from '#console/journeys/drawing.ts'
import { arrange, placed } from '#console/journeys/layout.ts'
import type { Counts } from '#console/journeys/queries.ts'
import { stepIcons } from '#console/journeys/step-icons.tsx'
import { KeyboardHelp, type Undo, UndoButtons } from '#console/journeys/undo-buttons.tsx'
import type { StepWords } from '#console/journeys/words.ts'
import { exactNumber } from '#console/ui/format.ts'
import { useThemeName } from '#console/ui/preferences.ts'
import { type Definition, type Step, waysOf } from '#operation/journeys/definition.ts'

export interface DrawingProps {
  drawing: Definition
  chosen: string | null
  words: StepWords
  /** Steps with something to be mended. */
  marked: ReadonlySet<string | null>
  counts: Counts | undefined
  /** Steps that an experiment runs on. */
  tried: ReadonlySet<string>
  readOnly: boolean
  undo: Undo
  onChoose: (step: string | null) => void
  onDraw: (drawing: Definition) => void
  onAdd: (type: Step['type']) => void
  onPeople: (step: string) => void
}

const size = { width: 224, height: 64 }
/** No step is called so: their names have letters only. */
const entryId = '@entry'

type Place = { x: number; y: number }
interface NodeData extends Record<string, unknown> {
  title: string
  words: string
  step: Step | undefined
  ways: { way: string; name: string; isOpen: boolean }[]
  isMarked: boolean
  isTried: boolean
  waiting: number
  onPeople: () => void
}
type StepNode = Node<NodeData, 'step'>

/** The drawing itself: a node a step, an edge a way. What moves here is told as a new drawing. */
export function Canvas(props: DrawingProps) {
  const { t } = useText()
  const theme = useThemeName()
  const [dragged, setDragged] = useState<ReadonlyMap<string, Place>>(new Map())
  const [edge, setEdge] = useState<string>()
  const drawing = placed(props.drawing)
  const changeEdges = (changes: EdgeChange[]) => {
    for (const one of changes) if (one.type === 'select') setEdge(one.selected ? one.id : undefined)
  }
  const change = (changes: NodeChange<StepNode>[]) => {
    const moves = changes.flatMap((one) =>
      one.type === 'position' && one.position && one.id !== entryId ? [{ ...one, at: one.position }] : [],
    )
    const going = moves.filter(({ dragging }) => dragging)
    const rested = moves.filter(({ dragging }) => !dragging)
    if (going.length > 0) setDragged(new Map(going.map(({ id, at }) => [id, at])))
    if (rested.length > 0) {
      setDragged(new Map())
      props.onDraw(rested.reduce((now, { id, at }) => moveStep(now, id, at), drawing))
    }
    const chosen = changes.find((one) => one.type === 'select' && one.selected)
    if (chosen?.type === 'select') props.onChoose(chosen.id === entryId ? null : chosen.id)
  }
  const remove = (gone: { nodes: StepNode[]; edges: Edge[] }) => {
    const without = gone.nodes.reduce((now, { id }) => removeStep(now, id), drawing)
    const loose = gone.nodes.length > 0 ? [] : gone.edges
    props.onDraw(loose.reduce((now, { source, sourceHandle }) => connect(now, wayAt(source, sourceHandle), null), without))
    if (gone.nodes.length > 0) props.onChoose(null)
  }
  return (
    <ReactFlow<StepNode>
      className="journey-flow"
      colorMode={theme}
      nodes={nodesOf(drawing, props, t, dragged)}
      edges={edgesOf(drawing, props).map((one) => ({ ...one, selected: one.id === edge }))}
      nodeTypes={nodeTypes}
      onNodesChange={change}
      onEdgesChange={changeEdges}
      onDelete={remove}
      onConnect={({ source, sourceHandle, target }: Connection) => props.onDraw(connect(drawing, wayAt(source, sourceHandle), target))}
      onPaneClick={() => props.onChoose(null)}
      isValidConnection={({ source, target }) => target !== entryId && source !== target}
      nodesDraggable={!props.readOnly}
      nodesConnectable={!props.readOnly}
      deleteKeyCode={props.readOnly ? null : ['Delete', 'Backspace']}
      multiSelectionKeyCode={null}
      selectionKeyCode={null}
      fitView
      fitViewOptions={fit}
      minZoom={0.2}
      maxZoom={1.5}
      proOptions={{ hideAttribution: true }}
      aria-label={t('journeys.canvas')}
    >
      <Background gap={20} size={1} />
      <Follow drawing={drawing} chosen={props.chosen} />
      <Controls showInteractive={false} position="bottom-right" />
      {!props.readOnly && (
        <Panel position="top-left">
          <Palette onAdd={props.onAdd} />
        </Panel>
      )}
      {!props.readOnly && (
        <Panel position="top-right">
          <div className="row">
            <UndoButtons {...props.undo} />
            <Button icon={<PartitionOutlined />} onClick={() => props.onDraw(arrange(drawing))}>
              {t('journeys.arrange')}
            </Button>
            <KeyboardHelp />
          </div>
        </Panel>
      )}
    </ReactFlow>
  )
}

/** What lies over the drawing: the palette, the buttons, the edge. */
const covered = { left: 176, right: 48, top: 64, bottom: 32 } as const
const fit = {
  padding: { left: `${covered.left}px`, right: `${covered.right}px`, top: `${covered.top}px`, bottom: `${covered.bottom}px` },
  maxZoom: 1,
} as const

/** A step that was added, or chosen from what is to be mended, comes into view; the scale stays. */
function Follow({ drawing, chosen }: { drawing: Definition; chosen: string | null }) {
  const flow = useReactFlow()
  const at = stepOf(drawing, chosen)?.at
  const [x, y] = [at?.x, at?.y]
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice moves the drawing, dragging and panning do not
  useEffect(() => {
    const pane = document.querySelector('.journey-flow')?.getBoundingClientRect()
    if (!pane || !flow.viewportInitialized || x === undefined || y === undefined) return
    const from = flow.flowToScreenPosition({ x, y })
    const to = flow.flowToScreenPosition({ x: x + size.width, y: y + size.height })
    const isSeen =
      from.x >= pane.left + covered.left &&
      from.y >= pane.top + covered.top &&
      to.x <= pane.right - covered.right &&
      to.y <= pane.bottom - covered.bottom
    if (!isSeen) void flow.setCenter(x + size.width / 2, y + size.height / 2, { zoom: flow.getZoom() })
  }, [chosen])
  return null
}

function wayAt(source: string, handle: string | null | undefined) {
  return source === entryId ? { step: null, way: 'start' } : { step: source, way: handle ?? 'next' }
}

function Palette({ onAdd }: { onAdd: (type: Step['type']) => void }) {
  const { t } = useText()
  return (
    <fieldset className="journey-palette nowheel">
      <legend className="unseen">{t('journeys.palette')}</legend>
      {kinds.map(({ kind, types }) => (
        <div key={kind}>
          <span className="journey-palette-kind">{t(`journeys.kinds.${kind}`)}</span>
          {types.map((type) => {
            const Icon = stepIcons[type]
            return (
              <button key={type} type="button" className={kind} onClick={() => onAdd(type)}>
                <Icon aria-hidden="true" />
                {t(`journeys.types.${type}`)}
              </button>
            )
          })}
        </div>
      ))}
    </fieldset>
  )
}

function nodesOf(drawing: Definition, props: DrawingProps, t: Translate, dragged: ReadonlyMap<string, Place>): StepNode[] {
  const first = stepOf(drawing, drawing.start)
  const firstAt = (first && (dragged.get(first.id) ?? first.at)) ?? { x: 0, y: gap.y }
  const shared = { type: 'step' as const, ...size, measured: size }
  const entry: StepNode = {
    ...shared,
    id: entryId,
    position: { x: firstAt.x, y: firstAt.y - gap.y },
    draggable: false,
    deletable: false,
    selected: false,
    handles: handlesOf(['start'], false),
    ariaLabel: t('journeys.words.entry', { how: props.words.entry }),
    data: {
      title: t('journeys.entered'),
      words: props.words.entry,
      step: undefined,
      ways: [{ way: 'start', name: '', isOpen: drawing.start === null }],
      isMarked: props.marked.has(null),
      isTried: false,
      waiting: 0,
      onPeople: () => undefined,
    },
  }
  return [
    entry,
    ...drawing.steps.map(
      (step): StepNode => ({ ...shared, ...nodeOf(step, props, t), position: dragged.get(step.id) ?? step.at ?? { x: 0, y: 0 } }),
    ),
  ]
}

function nodeOf(step: Step, props: DrawingProps, t: Translate): Omit<StepNode, 'position' | 'type'> {
  const ways = waysOf(step).map(({ way, to }) => ({ way, name: props.words.way(step, way), isOpen: to === null }))
  const words = props.words.of(step)
  return {
    id: step.id,
    selected: props.chosen === step.id,
    handles: handlesOf(
      ways.map(({ way }) => way),
      true,
    ),
    ariaLabel: `${t(`journeys.types.${step.type}`)} ${words}`,
    data: {
      title: t(`journeys.types.${step.type}`),
      words,
      step,
      ways,
      isMarked: props.marked.has(step.id),
      isTried: props.tried.has(step.id),
      waiting: props.counts?.steps.find((one) => one.step === step.id)?.waiting ?? 0,
      onPeople: () => props.onPeople(step.id),
    },
  }
}

const dot = 10

/** Where the handles are, said instead of measured: a drawing can be shown before it was ever laid out. */
function handlesOf(ways: readonly string[], isEntered: boolean): NonNullable<StepNode['handles']> {
  const dots = { width: dot, height: dot }
  return [
    ...(isEntered ? [{ ...dots, id: null, type: 'target' as const, position: Position.Top, x: (size.width - dot) / 2, y: -dot / 2 }] : []),
    ...ways.map((id, i) => ({
      ...dots,
      id,
      type: 'source' as const,
      position: Position.Bottom,
      x: size.width * shareOf(i, ways.length) - dot / 2,
      y: size.height - dot / 2,
    })),
  ]
}

const shareOf = (index: number, of: number): number => (index + 1) / (of + 1)

function edgesOf(drawing: Definition, props: DrawingProps): Edge[] {
  const passed = (step: string, way: string) => props.counts?.steps.find((one) => one.step === step)?.ways[way]
  const edge = (source: string, way: string, target: string, name: string, people: number | undefined): Edge => ({
    id: `${source} ${way}`,
    source,
    sourceHandle: way,
    target,
    type: 'smoothstep',
    deletable: !props.readOnly,
    markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
    label: [name, people ? exactNumber(people) : ''].filter(Boolean).join(' · '),
    labelBgPadding: [6, 3],
    labelBgBorderRadius: 4,
  })
  const entered = props.counts?.steps.find(({ step }) => step === '')?.ways.entered
  const start = drawing.start !== null && stepOf(drawing, drawing.start) ? [edge(entryId, 'start', drawing.start, '', entered)] : []
  const others = drawing.steps.flatMap((step) =>
    waysOf(step).flatMap(({ way, to }) =>
      to !== null && stepOf(drawing, to) ? [edge(step.id, way, to, props.words.way(step, way), passed(step.id, way))] : [],
    ),
  )
  return [...start, ...others]
}

const kindOf = (step: Step | undefined): string => kinds.find(({ types }) => step && types.includes(step.type))?.kind ?? 'entry'

function StepBox({ data, selected }: NodeProps<StepNode>) {
  const { t } = useText()
  const Icon = data.step ? stepIcons[data.step.type] : LoginOutlined
  const open = data.ways.length > 1 ? data.ways.filter(({ isOpen }) => isOpen) : []
  return (
    <div className={`journey-node ${kindOf(data.step)}${selected ? ' chosen' : ''}${data.isMarked ? ' marked' : ''}`}>
      {data.step && <Handle type="target" position={Position.Top} />}
      <span className="journey-node-icon">
        <Icon aria-hidden="true" />
      </span>
      <span className="journey-node-text">
        <span className="journey-node-type">
          {data.title}
          {data.isTried && <ExperimentOutlined role="img" aria-label={t('journeys.trialHere')} title={t('journeys.trialHere')} />}
        </span>
        <span className="journey-node-words" title={data.words}>
          {data.words}
        </span>
      </span>
      {data.waiting > 0 && (
        <button
          type="button"
          className="journey-waiting nodrag figure"
          aria-label={t('journeys.waiting', { count: data.waiting })}
          title={t('journeys.waiting', { count: data.waiting })}
          onClick={(event) => {
            event.stopPropagation()
            data.onPeople()
          }}
        >
          {exactNumber(data.waiting)}
        </button>
      )}
      {data.ways.map(({ way }, i) => (
        <Handle key={way} id={way} type="source" position={Position.Bottom} style={{ left: `${shareOf(i, data.ways.length) * 100}%` }} />
      ))}
      {open.map(({ way, name }) => (
        <span
          key={way}
          className="journey-open"
          style={{
            left: `${
              shareOf(
                data.ways.findIndex((one) => one.way === way),
                data.ways.length,
              ) * 100
            }%`,
          }}
        >
          {name}
        </span>
      ))}
    </div>
  )
}

const nodeTypes = { step: StepBox }
