import { parentPort, workerData } from 'node:worker_threads'
import { modelBuyers, type Task } from './model.ts'

parentPort?.postMessage(modelBuyers(workerData as Task))
