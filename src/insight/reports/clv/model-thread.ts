import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import { type Modelled, modelBuyers, type Task } from './model.ts'

/** A thread takes about a tenth of a second to begin; so many rows are done by then. */
const fewRows = 1500

/** One at a time: two fits side by side would leave no core for anybody else. */
const inTurn = pLimit(1)

/** The arithmetic beside the process that answers everybody else, unless it is over at once. */
export async function modelApart(task: Task): Promise<Modelled> {
  return task.x.length + task.spending.x.length <= fewRows ? modelBuyers(task) : inTurn(() => askThread(task))
}

function askThread(task: Task): Promise<Modelled> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./model-worker.ts', import.meta.url), { workerData: task })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`The model's thread ended with ${code} before it answered.`)))
  })
}
