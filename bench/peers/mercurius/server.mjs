// Mercurius with graphql-jit over plain objects. Sets and counts are made once, when the data are read, and kept;
// the closure of `dependents` is found anew at each request. usage: node server.mjs EXPORT
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import Fastify from 'fastify'
import mercurius from 'mercurius'

const PAGE = 50

const schema = `
  enum DependencyType { BUILD LINK RUN TEST }
  scalar BigInt
  type Query {
    package(name: String!): Package
    spec(hash: String!): Spec
    specs(first: Int): SpecConnection
    target(name: String!): Target
  }
  type Package { name: String! specCount: Int! binaryCount: Int! latestVersion: String }
  type Compiler { name: String! }
  type Target { name: String! stacks(first: Int): StackConnection! }
  type Stack { name: String! }
  type StackConnection { totalCount: Int! nodes: [Stack!]! edges: [StackEdge!]! }
  type StackEdge { specCount: Int! node: Stack! }
  type SpecConnection { totalCount: Int! nodes: [Spec!]! }
  type DependencyConnection { totalCount: Int! nodes: [Spec!]! edges: [DependencyEdge!]! }
  type DependencyEdge { deptypes: [DependencyType!]! node: Spec! }
  type Spec {
    hash: String!
    version: String!
    platform: String!
    inBuildCache: Boolean!
    size: BigInt
    text: String!
    compiler: Compiler
    target: Target!
    stacks(first: Int): StackConnection!
    dependencies(first: Int): DependencyConnection!
    dependents(transitive: Boolean = false, first: Int): DependencyConnection!
  }
`

const specs = []
const packages = new Map()
const targets = new Map()
const compilers = new Map()
const byHash = new Map()

function kept (map, name, make) {
  let found = map.get(name)
  if (found === undefined) {
    found = make()
    map.set(name, found)
  }
  return found
}

function counted (target, stack) {
  const edge = kept(target.byStack, stack, () => ({ specCount: 0, node: stack }))
  edge.specCount += 1
}

function add (line, shared, stacks) {
  const [hash, name, version, platform, inBuildCache, size, text, compiler, targetName, held, edges] = line
  const target = kept(targets, targetName, () => ({ name: targetName, byStack: new Map() }))
  const spec = {
    row: specs.length,
    hash,
    version,
    platform,
    inBuildCache,
    size,
    text,
    compiler: compiler === null ? null : kept(compilers, compiler, () => ({ name: compiler })),
    target,
    held: held.map(position => stacks[position]),
    edges,
    dependents: []
  }
  const found = kept(packages, name, () => ({ name, specCount: 0, binaryCount: 0, latestVersion: shared.latest[name] }))
  found.specCount += 1
  found.binaryCount += inBuildCache ? 1 : 0
  for (const stack of spec.held) counted(target, stack)
  byHash.set(hash, spec)
  specs.push(spec)
}

function join () {
  for (const spec of specs) {
    spec.edges = spec.edges.map(([row, deptypes]) => ({ deptypes, node: specs[row] }))
    for (const edge of spec.edges) edge.node.dependents.push(spec.row)
  }
  for (const spec of specs) spec.dependents = Int32Array.from(spec.dependents)
  for (const target of targets.values()) {
    target.edges = [...target.byStack.values()].sort((a, b) => (a.node.name < b.node.name ? -1 : 1))
  }
}

async function read (path) {
  let shared = null
  let stacks = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (shared === null) {
      shared = JSON.parse(line)
      stacks = shared.stacks.map(name => ({ name }))
    } else {
      add(JSON.parse(line), shared, stacks)
    }
  }
  join()
}

function reaching (start) {
  const seen = new Uint8Array(specs.length)
  seen[start.row] = 1
  const found = [start.row]
  for (let next = 0; next < found.length; next++) {
    const rows = specs[found[next]].dependents
    for (let i = 0; i < rows.length; i++) {
      if (seen[rows[i]] === 0) {
        seen[rows[i]] = 1
        found.push(rows[i])
      }
    }
  }
  return Int32Array.from(found).subarray(1).sort()
}

function page (list, first) {
  const size = first ?? PAGE
  return list.length <= size ? list : list.slice(0, size)
}

const resolvers = {
  Query: {
    package: (_, { name }) => packages.get(name) ?? null,
    spec: (_, { hash }) => byHash.get(hash) ?? null,
    specs: (_, { first }) => ({ totalCount: specs.length, nodes: page(specs, first) }),
    target: (_, { name }) => targets.get(name) ?? null
  },
  Target: {
    stacks: (target, { first }) => {
      const edges = page(target.edges, first)
      return { totalCount: target.edges.length, edges, nodes: edges.map(edge => edge.node) }
    }
  },
  Spec: {
    stacks: (spec, { first }) => ({ totalCount: spec.held.length, nodes: page(spec.held, first) }),
    dependencies: (spec, { first }) => ({ totalCount: spec.edges.length, edges: page(spec.edges, first) }),
    dependents: (spec, { transitive, first }) => {
      const rows = transitive ? reaching(spec) : spec.dependents
      return { totalCount: rows.length, nodes: Array.from(page(rows, first), row => specs[row]) }
    }
  }
}

await read(process.argv[2])
const app = Fastify()
app.register(mercurius, { schema, resolvers, jit: 1 })
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(`listening on http://127.0.0.1:${app.server.address().port}`)
