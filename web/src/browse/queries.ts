// Made by codegen.js from queries/ and schema/schema.graphql: npm run queries
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A byte count or another integer that may pass 2^31: a JSON number of at most 2^53. */
  BigInt: { input: number; output: number; }
  /** Date with time (isoformat) */
  DateTime: { input: string; output: string; }
  /** An entity of another graph's answer: its `__typename` and the fields of one of its keys. */
  _Any: { input: any; output: any; }
};

/** A condition on what a spec depends on: a spec of `package`, or one that `matching` matches; both together, one that is both. Neither asks for any dependency at all. */
export type DependencyFilter = {
  /** The name of the package that it depends on. */
  readonly package?: InputMaybe<Scalars['String']['input']>;
  /** A spec constraint that the dependency matches, such as "openmpi@4:". */
  readonly matching?: InputMaybe<Scalars['String']['input']>;
  /** Only edges of any of these types; left out, of all types. */
  readonly deptypes?: InputMaybe<ReadonlyArray<DependencyType>>;
  /** However far away; false: among the direct dependencies alone. */
  readonly transitive?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Why a spec depends on another. An edge may have several types. */
export type DependencyType =
  /** To build it. */
  | 'BUILD'
  /** To link against. */
  | 'LINK'
  /** To run it. */
  | 'RUN'
  /** To run its tests. */
  | 'TEST';

/** What specs can be counted by. */
export type Facet =
  /** The package. */
  | 'PACKAGE'
  /** The version. */
  | 'VERSION'
  /** The stacks that hold it; a spec in two counts in both. */
  | 'STACK'
  /** The target that it is built for. */
  | 'TARGET'
  /** The architecture family of its target. */
  | 'TARGET_FAMILY'
  /** The operating system that it is built under. */
  | 'OPERATING_SYSTEM'
  /** The platform: linux, darwin or windows. */
  | 'PLATFORM'
  /** The compiler that built it; a spec without one counts nowhere. */
  | 'COMPILER';

/** A machine: what `spack arch` prints. The version of its C library is not asked, and not looked at. */
export type HostInput = {
  /** Its microarchitecture, such as "zen3". */
  readonly target: Scalars['String']['input'];
  /** Its operating system, such as "ubuntu22.04". */
  readonly operatingSystem: Scalars['String']['input'];
  /** "linux", "darwin" or "windows". */
  readonly platform?: InputMaybe<Scalars['String']['input']>;
};

/** Whether a host can use a spec's binary, or why not. Of several reasons the first applies: platform, operating system, target, no binary, a dependency. */
export type InstallableVerdict =
  /** It and all of its link and run closure can be used. */
  | 'INSTALLABLE'
  /** It is built for another platform. */
  | 'PLATFORM_MISMATCH'
  /** It is built under another operating system. */
  | 'OPERATING_SYSTEM_MISMATCH'
  /** It is built for a target whose binaries the host does not run. */
  | 'TARGET_INCOMPATIBLE'
  /** The build cache has no binary of it. */
  | 'MISSING_BINARY'
  /** Something in its link and run closure cannot be used; `blockedBy` says what. */
  | 'DEPENDENCY_BLOCKED';

/** The kinds of node in the graph. */
export type NodeKind =
  /** A package, such as hdf5. */
  | 'PACKAGE'
  /** A concretized spec: one build of a package. */
  | 'SPEC'
  /** A curated environment, such as e4s. */
  | 'STACK'
  /** A microarchitecture, such as neoverse_v1. */
  | 'TARGET'
  /** An operating system, such as ubuntu22.04. */
  | 'OPERATING_SYSTEM'
  /** A compiler, such as gcc@11.4.0. */
  | 'COMPILER';

/** Which packages to list; all of its fields hold together. */
export type PackageFilter = {
  /** All of these hold. */
  readonly and?: InputMaybe<ReadonlyArray<PackageFilter>>;
  /** At least one of these holds; an empty list selects nothing. */
  readonly or?: InputMaybe<ReadonlyArray<PackageFilter>>;
  /** This does not hold. */
  readonly not?: InputMaybe<PackageFilter>;
  /** The package's name. */
  readonly name?: InputMaybe<StringFilter>;
  /** A spec of the package is selected by this filter. */
  readonly hasSpec?: InputMaybe<SpecFilter>;
};

/** An order of packages; ties fall back on the name. */
export type PackageOrder = {
  /** What to order by. */
  readonly field: PackageOrderField;
  /** Which way. */
  readonly direction?: SortDirection;
};

/** What packages can be ordered by. */
export type PackageOrderField =
  /** The name. */
  | 'NAME'
  /** How many specs of it the snapshot has. */
  | 'SPEC_COUNT';

/** What became of a package between two snapshots. One package may have several changes. */
export type SnapshotChange =
  /** It has specs in the later snapshot alone. */
  | 'ADDED'
  /** It has specs in the earlier snapshot alone. */
  | 'REMOVED'
  /** Its versions differ. */
  | 'VERSION_CHANGED'
  /** Its versions are the same, and hashes differ on a target of both. */
  | 'REBUILT'
  /** It has specs for a target that it had none for. */
  | 'TARGET_GAINED'
  /** It has no specs any more for a target that it had some for. */
  | 'TARGET_LOST';

/** Which way a list is ordered. */
export type SortDirection =
  /** The least first. */
  | 'ASC'
  /** The greatest first. */
  | 'DESC';

/** Which specs to list; all of its fields hold together. */
export type SpecFilter = {
  /** All of these hold. */
  readonly and?: InputMaybe<ReadonlyArray<SpecFilter>>;
  /** At least one of these holds; an empty list selects nothing. */
  readonly or?: InputMaybe<ReadonlyArray<SpecFilter>>;
  /** This does not hold. */
  readonly not?: InputMaybe<SpecFilter>;
  /** The package's name. */
  readonly package?: InputMaybe<StringFilter>;
  /** The DAG hash. */
  readonly hash?: InputMaybe<StringFilter>;
  /** The version. */
  readonly version?: InputMaybe<VersionFilter>;
  /** The stacks that hold it. */
  readonly stack?: InputMaybe<StackFilter>;
  /** The target that it is built for. */
  readonly target?: InputMaybe<TargetFilter>;
  /** The operating system, such as "ubuntu22.04". */
  readonly operatingSystem?: InputMaybe<StringFilter>;
  /** The platform: "linux", "darwin" or "windows". */
  readonly platform?: InputMaybe<StringFilter>;
  /** The compiler's name, such as "gcc@11.4.0"; "gcc@=11.4.0" is the same. */
  readonly compiler?: InputMaybe<StringFilter>;
  /** Conditions on variants; all of them hold. */
  readonly variant?: InputMaybe<ReadonlyArray<VariantFilter>>;
  /** What it depends on. */
  readonly dependsOn?: InputMaybe<DependencyFilter>;
  /** Whether it is in the build cache. */
  readonly inBuildCache?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether it is an external: software of the host that Spack did not build. */
  readonly external?: InputMaybe<Scalars['Boolean']['input']>;
  /** A Spack spec constraint, such as "hdf5@1.14: +mpi %gcc@11 ^openmpi". */
  readonly matching?: InputMaybe<Scalars['String']['input']>;
};

/** An order of specs; ties fall back on package, newest version first, hash. */
export type SpecOrder = {
  /** What to order by. */
  readonly field: SpecOrderField;
  /** Which way. */
  readonly direction?: SortDirection;
};

/** What specs can be ordered by. */
export type SpecOrderField =
  /** The package's name. */
  | 'PACKAGE'
  /** The version, by Spack's order. */
  | 'VERSION'
  /** The DAG hash. */
  | 'HASH'
  /** The size of the binary; specs without a recorded size come last either way. */
  | 'SIZE';

/** A condition on the stacks that hold a spec; a name that no stack has holds nothing. */
export type StackFilter = {
  /** In every one of these. */
  readonly allOf?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** In at least one of these; an empty list selects nothing. */
  readonly anyOf?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** In none of these. */
  readonly noneOf?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
};

/** A condition on text; case counts. `ne` and `notIn` also hold for a spec that has no value at all. */
export type StringFilter = {
  /** Is this text. */
  readonly eq?: InputMaybe<Scalars['String']['input']>;
  /** Is not this text. */
  readonly ne?: InputMaybe<Scalars['String']['input']>;
  /** Is one of these; an empty list selects nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Is none of these. */
  readonly notIn?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Begins with this text. */
  readonly startsWith?: InputMaybe<Scalars['String']['input']>;
  /** Holds this text. */
  readonly contains?: InputMaybe<Scalars['String']['input']>;
};

/** A condition on the target that a spec is built for. */
export type TargetFilter = {
  /** Is built for exactly this target. */
  readonly eq?: InputMaybe<Scalars['String']['input']>;
  /** Is built for one of these targets; an empty list selects nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Is built for a target of this family, such as "aarch64". */
  readonly family?: InputMaybe<Scalars['String']['input']>;
  /** Is built for a target that this one runs: "zen3" selects x86_64, x86_64_v2, x86_64_v3, zen, zen2 and zen3. A target that neither archspec nor the data know is an error. */
  readonly runsOn?: InputMaybe<Scalars['String']['input']>;
};

/** A condition on one variant; the name alone asks that the spec has the variant. */
export type VariantFilter = {
  /** The variant's name, such as "mpi" or "build_type". */
  readonly name: Scalars['String']['input'];
  /** Whether it is on (+mpi) or off (~mpi). */
  readonly enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** One of its values, such as "Release"; of a multi-valued variant, any one. */
  readonly value?: InputMaybe<Scalars['String']['input']>;
};

/** A condition on the version, by Spack's meaning of versions. */
export type VersionFilter = {
  /** Is this version; "1-5" equals "1.5", as in Spack. */
  readonly eq?: InputMaybe<Scalars['String']['input']>;
  /** Is one of these versions; an empty list selects nothing. */
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Satisfies a Spack version list: "1.12", "1.2:1.4", "=1.2.1", "1.10,1.14:". */
  readonly matches?: InputMaybe<Scalars['String']['input']>;
};

export type PackagesQueryVariables = Exact<{
  snapshot?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<PackageFilter>;
  orderBy?: InputMaybe<PackageOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}>;


export type PackagesQuery = { readonly packages?: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor?: string | null, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly latestVersion?: string | null, readonly specCount: number, readonly binaryCount: number, readonly versions: ReadonlyArray<string>, readonly stacks: { readonly totalCount: number }, readonly targets: ReadonlyArray<{ readonly name: string }> }> } | null };

export type PackageSummaryQueryVariables = Exact<{
  name: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
}>;


export type PackageSummaryQuery = { readonly package?: { readonly id: string, readonly name: string, readonly specCount: number, readonly binaryCount: number, readonly latestVersion?: string | null, readonly versions: ReadonlyArray<string>, readonly targets: ReadonlyArray<{ readonly name: string }>, readonly operatingSystems: ReadonlyArray<{ readonly name: string }>, readonly compilers: ReadonlyArray<{ readonly name: string }>, readonly stacks: { readonly edges: ReadonlyArray<{ readonly specCount: number, readonly node: { readonly name: string, readonly root: boolean } }> }, readonly dependencies: { readonly totalCount: number }, readonly dependents: { readonly totalCount: number } } | null };

export type PackageRelationsQueryVariables = Exact<{
  name: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
  deptypes?: InputMaybe<ReadonlyArray<DependencyType> | DependencyType>;
  transitive: Scalars['Boolean']['input'];
}>;


export type PackageRelationsQuery = { readonly package?: { readonly dependencies: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly name: string, readonly specCount: number }> }, readonly dependents: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly name: string, readonly specCount: number }> } } | null };

export type PackageInSnapshotQueryVariables = Exact<{
  name: Scalars['String']['input'];
  snapshot: Scalars['String']['input'];
}>;


export type PackageInSnapshotQuery = { readonly coverage?: { readonly rows: ReadonlyArray<string>, readonly columns: ReadonlyArray<string>, readonly counts: ReadonlyArray<ReadonlyArray<number>> } | null, readonly package?: { readonly versions: ReadonlyArray<string> } | null, readonly specs?: { readonly facets: ReadonlyArray<{ readonly values: ReadonlyArray<{ readonly value: string, readonly count: number }> }> } | null };

export type SpecsAcrossQueryVariables = Exact<{
  snapshot: Scalars['String']['input'];
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
  first: Scalars['Int']['input'];
}>;


export type SpecsAcrossQuery = { readonly specs?: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }> } | null };

export type StacksQueryVariables = Exact<{
  snapshot?: InputMaybe<Scalars['String']['input']>;
}>;


export type StacksQuery = { readonly stacks?: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly root: boolean, readonly specCount: number, readonly binaryCount: number, readonly packageCount: number, readonly platforms: ReadonlyArray<string>, readonly targets: ReadonlyArray<{ readonly name: string }>, readonly operatingSystems: ReadonlyArray<{ readonly name: string }>, readonly compilers: ReadonlyArray<{ readonly name: string }> }> } | null };

export type StackSummaryQueryVariables = Exact<{
  name: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
}>;


export type StackSummaryQuery = { readonly stack?: { readonly id: string, readonly name: string, readonly root: boolean, readonly specCount: number, readonly binaryCount: number, readonly packageCount: number, readonly platforms: ReadonlyArray<string>, readonly targets: ReadonlyArray<{ readonly name: string }>, readonly operatingSystems: ReadonlyArray<{ readonly name: string }>, readonly compilers: ReadonlyArray<{ readonly name: string }> } | null };

export type StackInSnapshotQueryVariables = Exact<{
  name: Scalars['String']['input'];
  snapshot: Scalars['String']['input'];
}>;


export type StackInSnapshotQuery = { readonly stack?: { readonly specCount: number, readonly packageCount: number } | null };

export type TargetsQueryVariables = Exact<{
  snapshot?: InputMaybe<Scalars['String']['input']>;
}>;


export type TargetsQuery = { readonly targets?: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly family: string, readonly vendor: string, readonly specCount: number, readonly parents: ReadonlyArray<{ readonly name: string }>, readonly compatible: { readonly totalCount: number }, readonly stacks: { readonly totalCount: number } }> } | null };

export type TargetSummaryQueryVariables = Exact<{
  name: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
}>;


export type TargetSummaryQuery = { readonly target?: { readonly id: string, readonly name: string, readonly family: string, readonly vendor: string, readonly generation?: number | null, readonly specCount: number, readonly parents: ReadonlyArray<{ readonly name: string }>, readonly runs: ReadonlyArray<{ readonly name: string, readonly specCount: number }>, readonly runnableOn: ReadonlyArray<{ readonly name: string, readonly specCount: number }>, readonly compatible: { readonly totalCount: number }, readonly exactStacks: { readonly edges: ReadonlyArray<{ readonly specCount: number, readonly node: { readonly name: string } }> }, readonly compatibleStacks: { readonly edges: ReadonlyArray<{ readonly specCount: number, readonly node: { readonly name: string } }> } } | null };

export type InstallableQueryVariables = Exact<{
  host: HostInput;
  snapshot?: InputMaybe<Scalars['String']['input']>;
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type InstallableQuery = { readonly installable?: { readonly totalCount: number, readonly installableCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor?: string | null, readonly endCursor?: string | null }, readonly edges: ReadonlyArray<{ readonly verdict: InstallableVerdict, readonly closureRecorded: boolean, readonly truncated: boolean, readonly blockedBy: ReadonlyArray<{ readonly hash: string, readonly version: string, readonly inBuildCache: boolean, readonly package: { readonly name: string }, readonly target: { readonly name: string }, readonly operatingSystem: { readonly name: string } }>, readonly node: { readonly hash: string, readonly version: string, readonly installCommand: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly target: { readonly name: string }, readonly operatingSystem: { readonly name: string } } }> } | null };

export type CoverageQueryVariables = Exact<{
  rows: Facet;
  columns: Facet;
  snapshot?: InputMaybe<Scalars['String']['input']>;
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
}>;


export type CoverageQuery = { readonly coverage?: { readonly rows: ReadonlyArray<string>, readonly columns: ReadonlyArray<string>, readonly counts: ReadonlyArray<ReadonlyArray<number>>, readonly total: number } | null };

export type ChangeFragment = { readonly package: string, readonly change: SnapshotChange, readonly fromVersions: ReadonlyArray<string>, readonly toVersions: ReadonlyArray<string>, readonly addedCount: number, readonly removedCount: number };

export type ChangesQueryVariables = Exact<{
  from: Scalars['String']['input'];
  to: Scalars['String']['input'];
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
}>;


export type ChangesQuery = { readonly snapshotDiff?: { readonly unchangedCount: number, readonly added: { readonly totalCount: number }, readonly removed: { readonly totalCount: number }, readonly packages: ReadonlyArray<{ readonly package: string, readonly change: SnapshotChange, readonly fromVersions: ReadonlyArray<string>, readonly toVersions: ReadonlyArray<string>, readonly addedCount: number, readonly removedCount: number }>, readonly rootCauses: ReadonlyArray<{ readonly package: string, readonly change: SnapshotChange, readonly fromVersions: ReadonlyArray<string>, readonly toVersions: ReadonlyArray<string>, readonly addedCount: number, readonly removedCount: number }> } | null };

export type AddedSpecsQueryVariables = Exact<{
  from: Scalars['String']['input'];
  to: Scalars['String']['input'];
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type AddedSpecsQuery = { readonly snapshotDiff?: { readonly specs: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor?: string | null, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }> } } | null };

export type RemovedSpecsQueryVariables = Exact<{
  from: Scalars['String']['input'];
  to: Scalars['String']['input'];
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type RemovedSpecsQuery = { readonly snapshotDiff?: { readonly specs: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor?: string | null, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }> } } | null };

export type ImpactQueryVariables = Exact<{
  packages?: InputMaybe<ReadonlyArray<Scalars['String']['input']> | Scalars['String']['input']>;
  hashes?: InputMaybe<ReadonlyArray<Scalars['String']['input']> | Scalars['String']['input']>;
  deptypes?: InputMaybe<ReadonlyArray<DependencyType> | DependencyType>;
  snapshot?: InputMaybe<Scalars['String']['input']>;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type ImpactQuery = { readonly impact?: { readonly affectedCount: number, readonly truncated: boolean, readonly changed: ReadonlyArray<{ readonly hash: string, readonly version: string, readonly package: { readonly name: string }, readonly target: { readonly name: string } }>, readonly waves: ReadonlyArray<{ readonly index: number, readonly specCount: number }>, readonly byStack: ReadonlyArray<{ readonly value: string, readonly count: number }>, readonly byTarget: ReadonlyArray<{ readonly value: string, readonly count: number }>, readonly affected: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor?: string | null, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }> } } | null };

export type SearchQueryVariables = Exact<{
  text: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
  first: Scalars['Int']['input'];
}>;


export type SearchQuery = { readonly search?: ReadonlyArray<{ readonly kind: NodeKind, readonly label: string, readonly score: number, readonly node: { readonly __typename: 'Compiler', readonly name: string, readonly specCount: number, readonly id: string } | { readonly __typename: 'OperatingSystem', readonly name: string, readonly specCount: number, readonly id: string } | { readonly __typename: 'Package', readonly name: string, readonly specCount: number, readonly latestVersion?: string | null, readonly id: string } | { readonly __typename: 'Snapshot', readonly id: string } | { readonly __typename: 'Spec', readonly hash: string, readonly id: string } | { readonly __typename: 'Stack', readonly name: string, readonly specCount: number, readonly id: string } | { readonly __typename: 'Target', readonly name: string, readonly specCount: number, readonly id: string } }> | null };

export type SnapshotsQueryVariables = Exact<{ [key: string]: never; }>;


export type SnapshotsQuery = { readonly snapshots: ReadonlyArray<{ readonly name: string, readonly default: boolean, readonly specCount: number, readonly packageCount: number, readonly stackCount: number, readonly binaryCount: number, readonly dependencyCount: number, readonly digest: string, readonly ingestedAt: string }> };

export type SpecDetailsQueryVariables = Exact<{
  hash: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
}>;


export type SpecDetailsQuery = { readonly spec?: { readonly namespace?: string | null, readonly tarball?: string | null, readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly direct: { readonly totalCount: number }, readonly needed: { readonly totalCount: number }, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } } | null };

export type RelatedFragment = { readonly totalCount: number, readonly truncated: boolean, readonly edges: ReadonlyArray<{ readonly deptypes: ReadonlyArray<DependencyType>, readonly virtuals: ReadonlyArray<string>, readonly depth: number, readonly node: { readonly id: string, readonly hash: string, readonly version: string, readonly external: boolean, readonly package: { readonly name: string } } }> };

export type DependenciesQueryVariables = Exact<{
  hash: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
  deptypes?: InputMaybe<ReadonlyArray<DependencyType> | DependencyType>;
  transitive: Scalars['Boolean']['input'];
  first: Scalars['Int']['input'];
}>;


export type DependenciesQuery = { readonly spec?: { readonly related: { readonly totalCount: number, readonly truncated: boolean, readonly edges: ReadonlyArray<{ readonly deptypes: ReadonlyArray<DependencyType>, readonly virtuals: ReadonlyArray<string>, readonly depth: number, readonly node: { readonly id: string, readonly hash: string, readonly version: string, readonly external: boolean, readonly package: { readonly name: string } } }> } } | null };

export type DependentsQueryVariables = Exact<{
  hash: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
  deptypes?: InputMaybe<ReadonlyArray<DependencyType> | DependencyType>;
  transitive: Scalars['Boolean']['input'];
  first: Scalars['Int']['input'];
}>;


export type DependentsQuery = { readonly spec?: { readonly related: { readonly totalCount: number, readonly truncated: boolean, readonly edges: ReadonlyArray<{ readonly deptypes: ReadonlyArray<DependencyType>, readonly virtuals: ReadonlyArray<string>, readonly depth: number, readonly node: { readonly id: string, readonly hash: string, readonly version: string, readonly external: boolean, readonly package: { readonly name: string } } }> } } | null };

export type RelationCountsQueryVariables = Exact<{
  hash: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
  deptypes?: InputMaybe<ReadonlyArray<DependencyType> | DependencyType>;
}>;


export type RelationCountsQuery = { readonly spec?: { readonly direct: { readonly totalCount: number }, readonly transitive: { readonly totalCount: number, readonly truncated: boolean }, readonly directDependents: { readonly totalCount: number }, readonly transitiveDependents: { readonly totalCount: number, readonly truncated: boolean } } | null };

export type PictureQueryVariables = Exact<{
  hash: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
  deptypes?: InputMaybe<ReadonlyArray<DependencyType> | DependencyType>;
  maxDepth?: InputMaybe<Scalars['Int']['input']>;
}>;


export type PictureQuery = { readonly spec?: { readonly dependencyGraph: { readonly truncated: boolean, readonly nodes: ReadonlyArray<{ readonly hash: string, readonly version: string, readonly package: { readonly name: string } }>, readonly edges: ReadonlyArray<{ readonly from: number, readonly to: number, readonly deptypes: ReadonlyArray<DependencyType>, readonly virtuals: ReadonlyArray<string> }> } } | null };

export type PathsQueryVariables = Exact<{
  from: Scalars['String']['input'];
  to: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
  deptypes?: InputMaybe<ReadonlyArray<DependencyType> | DependencyType>;
}>;


export type PathsQuery = { readonly dependencyPaths?: { readonly reachable: boolean, readonly truncated: boolean, readonly paths: ReadonlyArray<{ readonly length: number, readonly nodes: ReadonlyArray<{ readonly hash: string, readonly version: string, readonly package: { readonly name: string } }> }> } | null };

export type CompareQueryVariables = Exact<{
  left: Scalars['String']['input'];
  right: Scalars['String']['input'];
  snapshot?: InputMaybe<Scalars['String']['input']>;
}>;


export type CompareQuery = { readonly specDiff?: { readonly equal: boolean, readonly left: { readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }, readonly right: { readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }, readonly differences: ReadonlyArray<{ readonly attribute: string, readonly left?: string | null, readonly right?: string | null }>, readonly dependencies: ReadonlyArray<{ readonly package: string, readonly left?: { readonly hash: string, readonly version: string } | null, readonly right?: { readonly hash: string, readonly version: string } | null }> } | null };

export type SpecRowFragment = { readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } };

export type PageFragment = { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor?: string | null, readonly endCursor?: string | null };

export type SpecsQueryVariables = Exact<{
  snapshot?: InputMaybe<Scalars['String']['input']>;
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
  orderBy?: InputMaybe<SpecOrder>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
}>;


export type SpecsQuery = { readonly specs?: { readonly totalCount: number, readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor?: string | null, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly id: string, readonly hash: string, readonly version: string, readonly platform: string, readonly size?: number | null, readonly external: boolean, readonly inBuildCache: boolean, readonly installCommand: string, readonly text: string, readonly package: { readonly name: string }, readonly compiler?: { readonly name: string } | null, readonly operatingSystem: { readonly name: string }, readonly target: { readonly name: string }, readonly variants: ReadonlyArray<{ readonly name: string, readonly text: string }>, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }> } | null };

export type DependencyCountsQueryVariables = Exact<{
  snapshot?: InputMaybe<Scalars['String']['input']>;
  hashes: ReadonlyArray<Scalars['String']['input']> | Scalars['String']['input'];
  first: Scalars['Int']['input'];
}>;


export type DependencyCountsQuery = { readonly specs?: { readonly nodes: ReadonlyArray<{ readonly hash: string, readonly direct: { readonly totalCount: number }, readonly transitive: { readonly totalCount: number, readonly truncated: boolean } }> } | null };

export type HoldingsQueryVariables = Exact<{
  snapshot: Scalars['String']['input'];
  hashes: ReadonlyArray<Scalars['String']['input']> | Scalars['String']['input'];
  first: Scalars['Int']['input'];
}>;


export type HoldingsQuery = { readonly specs?: { readonly nodes: ReadonlyArray<{ readonly hash: string, readonly stacks: { readonly nodes: ReadonlyArray<{ readonly name: string }> } }> } | null };

export type FacetsQueryVariables = Exact<{
  snapshot?: InputMaybe<Scalars['String']['input']>;
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
  by: ReadonlyArray<Facet> | Facet;
  limit: Scalars['Int']['input'];
}>;


export type FacetsQuery = { readonly specs?: { readonly totalCount: number, readonly facets: ReadonlyArray<{ readonly facet: Facet, readonly otherCount: number, readonly values: ReadonlyArray<{ readonly value: string, readonly count: number }> }> } | null };

export type VariantsOfQueryVariables = Exact<{
  snapshot?: InputMaybe<Scalars['String']['input']>;
  matching?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<SpecFilter>;
  first: Scalars['Int']['input'];
  after?: InputMaybe<Scalars['String']['input']>;
}>;


export type VariantsOfQuery = { readonly specs?: { readonly pageInfo: { readonly hasNextPage: boolean, readonly hasPreviousPage: boolean, readonly startCursor?: string | null, readonly endCursor?: string | null }, readonly nodes: ReadonlyArray<{ readonly variants: ReadonlyArray<{ readonly name: string, readonly enabled?: boolean | null, readonly values: ReadonlyArray<string> }> }> } | null };

export type UnderstoodQueryVariables = Exact<{
  text: Scalars['String']['input'];
}>;


export type UnderstoodQuery = { readonly parseSpec?: { readonly text: string, readonly name?: string | null, readonly versions?: string | null, readonly compiler?: string | null, readonly platform?: string | null, readonly operatingSystem?: string | null, readonly target?: string | null, readonly hash?: string | null, readonly flags: ReadonlyArray<string>, readonly variants: ReadonlyArray<{ readonly text: string }>, readonly dependencies: ReadonlyArray<{ readonly text: string }> } | null };

export type TargetNamesQueryVariables = Exact<{
  snapshot?: InputMaybe<Scalars['String']['input']>;
}>;


export type TargetNamesQuery = { readonly targets?: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly family: string, readonly specCount: number, readonly runnableOn: ReadonlyArray<{ readonly name: string }> }> } | null, readonly operatingSystems?: { readonly nodes: ReadonlyArray<{ readonly name: string }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ChangeFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment Change on PackageChange {
  package
  change
  fromVersions
  toVersions
  addedCount
  removedCount
}
    `, {"fragmentName":"Change"}) as unknown as TypedDocumentString<ChangeFragment, unknown>;
export const RelatedFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment Related on DependencyConnection {
  totalCount
  truncated
  edges {
    deptypes
    virtuals
    depth
    node {
      id
      hash
      version
      external
      package {
        name
      }
    }
  }
}
    `, {"fragmentName":"Related"}) as unknown as TypedDocumentString<RelatedFragment, unknown>;
export const SpecRowFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment SpecRow on Spec {
  id
  hash
  version
  platform
  size
  external
  inBuildCache
  installCommand
  text
  package {
    name
  }
  compiler {
    name
  }
  operatingSystem {
    name
  }
  target {
    name
  }
  variants {
    name
    text
  }
  stacks {
    nodes {
      name
    }
  }
}
    `, {"fragmentName":"SpecRow"}) as unknown as TypedDocumentString<SpecRowFragment, unknown>;
export const PageFragmentDoc = /*#__PURE__*/ new TypedDocumentString(`
    fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}
    `, {"fragmentName":"Page"}) as unknown as TypedDocumentString<PageFragment, unknown>;
export const PackagesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Packages($snapshot: String, $where: PackageFilter, $orderBy: PackageOrder, $first: Int, $after: String, $last: Int, $before: String) {
  packages(
    snapshot: $snapshot
    where: $where
    orderBy: $orderBy
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    totalCount
    pageInfo {
      ...Page
    }
    nodes {
      id
      name
      latestVersion
      specCount
      binaryCount
      versions
      stacks {
        totalCount
      }
      targets {
        name
      }
    }
  }
}
    fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<PackagesQuery, PackagesQueryVariables>;
export const PackageSummaryDocument = /*#__PURE__*/ new TypedDocumentString(`
    query PackageSummary($name: String!, $snapshot: String) {
  package(name: $name, snapshot: $snapshot) {
    id
    name
    specCount
    binaryCount
    latestVersion
    versions
    targets {
      name
    }
    operatingSystems {
      name
    }
    compilers {
      name
    }
    stacks {
      edges {
        specCount
        node {
          name
          root
        }
      }
    }
    dependencies(first: 0) {
      totalCount
    }
    dependents(first: 0) {
      totalCount
    }
  }
}
    `) as unknown as TypedDocumentString<PackageSummaryQuery, PackageSummaryQueryVariables>;
export const PackageRelationsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query PackageRelations($name: String!, $snapshot: String, $deptypes: [DependencyType!], $transitive: Boolean!) {
  package(name: $name, snapshot: $snapshot) {
    dependencies(deptypes: $deptypes, first: 500) {
      totalCount
      nodes {
        name
        specCount
      }
    }
    dependents(deptypes: $deptypes, transitive: $transitive, first: 500) {
      totalCount
      nodes {
        name
        specCount
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PackageRelationsQuery, PackageRelationsQueryVariables>;
export const PackageInSnapshotDocument = /*#__PURE__*/ new TypedDocumentString(`
    query PackageInSnapshot($name: String!, $snapshot: String!) {
  coverage(
    snapshot: $snapshot
    rows: VERSION
    columns: STACK
    where: {package: {eq: $name}}
  ) {
    rows
    columns
    counts
  }
  package(name: $name, snapshot: $snapshot) {
    versions
  }
  specs(snapshot: $snapshot, where: {package: {eq: $name}}, first: 0) {
    facets(by: [VERSION], limit: 1000) {
      values {
        value
        count
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PackageInSnapshotQuery, PackageInSnapshotQueryVariables>;
export const SpecsAcrossDocument = /*#__PURE__*/ new TypedDocumentString(`
    query SpecsAcross($snapshot: String!, $matching: String, $where: SpecFilter, $first: Int!) {
  specs(snapshot: $snapshot, matching: $matching, where: $where, first: $first) {
    totalCount
    nodes {
      ...SpecRow
    }
  }
}
    fragment SpecRow on Spec {
  id
  hash
  version
  platform
  size
  external
  inBuildCache
  installCommand
  text
  package {
    name
  }
  compiler {
    name
  }
  operatingSystem {
    name
  }
  target {
    name
  }
  variants {
    name
    text
  }
  stacks {
    nodes {
      name
    }
  }
}`) as unknown as TypedDocumentString<SpecsAcrossQuery, SpecsAcrossQueryVariables>;
export const StacksDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Stacks($snapshot: String) {
  stacks(snapshot: $snapshot, first: 500) {
    totalCount
    nodes {
      id
      name
      root
      specCount
      binaryCount
      packageCount
      platforms
      targets {
        name
      }
      operatingSystems {
        name
      }
      compilers {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<StacksQuery, StacksQueryVariables>;
export const StackSummaryDocument = /*#__PURE__*/ new TypedDocumentString(`
    query StackSummary($name: String!, $snapshot: String) {
  stack(name: $name, snapshot: $snapshot) {
    id
    name
    root
    specCount
    binaryCount
    packageCount
    platforms
    targets {
      name
    }
    operatingSystems {
      name
    }
    compilers {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<StackSummaryQuery, StackSummaryQueryVariables>;
export const StackInSnapshotDocument = /*#__PURE__*/ new TypedDocumentString(`
    query StackInSnapshot($name: String!, $snapshot: String!) {
  stack(name: $name, snapshot: $snapshot) {
    specCount
    packageCount
  }
}
    `) as unknown as TypedDocumentString<StackInSnapshotQuery, StackInSnapshotQueryVariables>;
export const TargetsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Targets($snapshot: String) {
  targets(snapshot: $snapshot, first: 500) {
    totalCount
    nodes {
      id
      name
      family
      vendor
      specCount
      parents {
        name
      }
      compatible: specs(compatible: true, first: 0) {
        totalCount
      }
      stacks(first: 0) {
        totalCount
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TargetsQuery, TargetsQueryVariables>;
export const TargetSummaryDocument = /*#__PURE__*/ new TypedDocumentString(`
    query TargetSummary($name: String!, $snapshot: String) {
  target(name: $name, snapshot: $snapshot) {
    id
    name
    family
    vendor
    generation
    specCount
    parents {
      name
    }
    runs {
      name
      specCount
    }
    runnableOn {
      name
      specCount
    }
    compatible: specs(compatible: true, first: 0) {
      totalCount
    }
    exactStacks: stacks {
      edges {
        specCount
        node {
          name
        }
      }
    }
    compatibleStacks: stacks(compatible: true) {
      edges {
        specCount
        node {
          name
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TargetSummaryQuery, TargetSummaryQueryVariables>;
export const InstallableDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Installable($host: HostInput!, $snapshot: String, $matching: String, $where: SpecFilter, $first: Int!, $after: String) {
  installable(
    host: $host
    snapshot: $snapshot
    matching: $matching
    where: $where
    first: $first
    after: $after
  ) {
    totalCount
    installableCount
    pageInfo {
      ...Page
    }
    edges {
      verdict
      closureRecorded
      truncated
      blockedBy {
        hash
        version
        inBuildCache
        package {
          name
        }
        target {
          name
        }
        operatingSystem {
          name
        }
      }
      node {
        hash
        version
        installCommand
        package {
          name
        }
        compiler {
          name
        }
        target {
          name
        }
        operatingSystem {
          name
        }
      }
    }
  }
}
    fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<InstallableQuery, InstallableQueryVariables>;
export const CoverageDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Coverage($rows: Facet!, $columns: Facet!, $snapshot: String, $matching: String, $where: SpecFilter) {
  coverage(
    rows: $rows
    columns: $columns
    snapshot: $snapshot
    matching: $matching
    where: $where
  ) {
    rows
    columns
    counts
    total
  }
}
    `) as unknown as TypedDocumentString<CoverageQuery, CoverageQueryVariables>;
export const ChangesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Changes($from: String!, $to: String!, $matching: String, $where: SpecFilter) {
  snapshotDiff(from: $from, to: $to, matching: $matching, where: $where) {
    unchangedCount
    added(first: 0) {
      totalCount
    }
    removed(first: 0) {
      totalCount
    }
    packages {
      ...Change
    }
    rootCauses {
      ...Change
    }
  }
}
    fragment Change on PackageChange {
  package
  change
  fromVersions
  toVersions
  addedCount
  removedCount
}`) as unknown as TypedDocumentString<ChangesQuery, ChangesQueryVariables>;
export const AddedSpecsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query AddedSpecs($from: String!, $to: String!, $matching: String, $where: SpecFilter, $first: Int!, $after: String) {
  snapshotDiff(from: $from, to: $to, matching: $matching, where: $where) {
    specs: added(first: $first, after: $after) {
      totalCount
      pageInfo {
        ...Page
      }
      nodes {
        ...SpecRow
      }
    }
  }
}
    fragment SpecRow on Spec {
  id
  hash
  version
  platform
  size
  external
  inBuildCache
  installCommand
  text
  package {
    name
  }
  compiler {
    name
  }
  operatingSystem {
    name
  }
  target {
    name
  }
  variants {
    name
    text
  }
  stacks {
    nodes {
      name
    }
  }
}
fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<AddedSpecsQuery, AddedSpecsQueryVariables>;
export const RemovedSpecsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query RemovedSpecs($from: String!, $to: String!, $matching: String, $where: SpecFilter, $first: Int!, $after: String) {
  snapshotDiff(from: $from, to: $to, matching: $matching, where: $where) {
    specs: removed(first: $first, after: $after) {
      totalCount
      pageInfo {
        ...Page
      }
      nodes {
        ...SpecRow
      }
    }
  }
}
    fragment SpecRow on Spec {
  id
  hash
  version
  platform
  size
  external
  inBuildCache
  installCommand
  text
  package {
    name
  }
  compiler {
    name
  }
  operatingSystem {
    name
  }
  target {
    name
  }
  variants {
    name
    text
  }
  stacks {
    nodes {
      name
    }
  }
}
fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<RemovedSpecsQuery, RemovedSpecsQueryVariables>;
export const ImpactDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Impact($packages: [String!], $hashes: [String!], $deptypes: [DependencyType!], $snapshot: String, $first: Int!, $after: String) {
  impact(
    packages: $packages
    hashes: $hashes
    deptypes: $deptypes
    snapshot: $snapshot
  ) {
    affectedCount
    truncated
    changed {
      hash
      version
      package {
        name
      }
      target {
        name
      }
    }
    waves {
      index
      specCount
    }
    byStack {
      value
      count
    }
    byTarget {
      value
      count
    }
    affected(first: $first, after: $after) {
      totalCount
      pageInfo {
        ...Page
      }
      nodes {
        ...SpecRow
      }
    }
  }
}
    fragment SpecRow on Spec {
  id
  hash
  version
  platform
  size
  external
  inBuildCache
  installCommand
  text
  package {
    name
  }
  compiler {
    name
  }
  operatingSystem {
    name
  }
  target {
    name
  }
  variants {
    name
    text
  }
  stacks {
    nodes {
      name
    }
  }
}
fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<ImpactQuery, ImpactQueryVariables>;
export const SearchDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Search($text: String!, $snapshot: String, $first: Int!) {
  search(text: $text, snapshot: $snapshot, first: $first) {
    kind
    label
    score
    node {
      __typename
      id
      ... on Package {
        name
        specCount
        latestVersion
      }
      ... on Spec {
        hash
      }
      ... on Stack {
        name
        specCount
      }
      ... on Target {
        name
        specCount
      }
      ... on OperatingSystem {
        name
        specCount
      }
      ... on Compiler {
        name
        specCount
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SearchQuery, SearchQueryVariables>;
export const SnapshotsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Snapshots {
  snapshots {
    name
    default
    specCount
    packageCount
    stackCount
    binaryCount
    dependencyCount
    digest
    ingestedAt
  }
}
    `) as unknown as TypedDocumentString<SnapshotsQuery, SnapshotsQueryVariables>;
export const SpecDetailsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query SpecDetails($hash: String!, $snapshot: String) {
  spec(hash: $hash, snapshot: $snapshot) {
    ...SpecRow
    namespace
    tarball
    direct: dependencies(first: 0) {
      totalCount
    }
    needed: dependents(first: 0) {
      totalCount
    }
  }
}
    fragment SpecRow on Spec {
  id
  hash
  version
  platform
  size
  external
  inBuildCache
  installCommand
  text
  package {
    name
  }
  compiler {
    name
  }
  operatingSystem {
    name
  }
  target {
    name
  }
  variants {
    name
    text
  }
  stacks {
    nodes {
      name
    }
  }
}`) as unknown as TypedDocumentString<SpecDetailsQuery, SpecDetailsQueryVariables>;
export const DependenciesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Dependencies($hash: String!, $snapshot: String, $deptypes: [DependencyType!], $transitive: Boolean!, $first: Int!) {
  spec(hash: $hash, snapshot: $snapshot) {
    related: dependencies(
      deptypes: $deptypes
      transitive: $transitive
      first: $first
    ) {
      ...Related
    }
  }
}
    fragment Related on DependencyConnection {
  totalCount
  truncated
  edges {
    deptypes
    virtuals
    depth
    node {
      id
      hash
      version
      external
      package {
        name
      }
    }
  }
}`) as unknown as TypedDocumentString<DependenciesQuery, DependenciesQueryVariables>;
export const DependentsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Dependents($hash: String!, $snapshot: String, $deptypes: [DependencyType!], $transitive: Boolean!, $first: Int!) {
  spec(hash: $hash, snapshot: $snapshot) {
    related: dependents(deptypes: $deptypes, transitive: $transitive, first: $first) {
      ...Related
    }
  }
}
    fragment Related on DependencyConnection {
  totalCount
  truncated
  edges {
    deptypes
    virtuals
    depth
    node {
      id
      hash
      version
      external
      package {
        name
      }
    }
  }
}`) as unknown as TypedDocumentString<DependentsQuery, DependentsQueryVariables>;
export const RelationCountsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query RelationCounts($hash: String!, $snapshot: String, $deptypes: [DependencyType!]) {
  spec(hash: $hash, snapshot: $snapshot) {
    direct: dependencies(deptypes: $deptypes, first: 0) {
      totalCount
    }
    transitive: dependencies(deptypes: $deptypes, transitive: true, first: 0) {
      totalCount
      truncated
    }
    directDependents: dependents(deptypes: $deptypes, first: 0) {
      totalCount
    }
    transitiveDependents: dependents(
      deptypes: $deptypes
      transitive: true
      first: 0
    ) {
      totalCount
      truncated
    }
  }
}
    `) as unknown as TypedDocumentString<RelationCountsQuery, RelationCountsQueryVariables>;
export const PictureDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Picture($hash: String!, $snapshot: String, $deptypes: [DependencyType!], $maxDepth: Int) {
  spec(hash: $hash, snapshot: $snapshot) {
    dependencyGraph(deptypes: $deptypes, maxDepth: $maxDepth) {
      truncated
      nodes {
        hash
        version
        package {
          name
        }
      }
      edges {
        from
        to
        deptypes
        virtuals
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PictureQuery, PictureQueryVariables>;
export const PathsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Paths($from: String!, $to: String!, $snapshot: String, $deptypes: [DependencyType!]) {
  dependencyPaths(
    from: $from
    to: $to
    snapshot: $snapshot
    deptypes: $deptypes
    first: 5
  ) {
    reachable
    truncated
    paths {
      length
      nodes {
        hash
        version
        package {
          name
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PathsQuery, PathsQueryVariables>;
export const CompareDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Compare($left: String!, $right: String!, $snapshot: String) {
  specDiff(left: $left, right: $right, snapshot: $snapshot) {
    equal
    left {
      ...SpecRow
    }
    right {
      ...SpecRow
    }
    differences {
      attribute
      left
      right
    }
    dependencies {
      package
      left {
        hash
        version
      }
      right {
        hash
        version
      }
    }
  }
}
    fragment SpecRow on Spec {
  id
  hash
  version
  platform
  size
  external
  inBuildCache
  installCommand
  text
  package {
    name
  }
  compiler {
    name
  }
  operatingSystem {
    name
  }
  target {
    name
  }
  variants {
    name
    text
  }
  stacks {
    nodes {
      name
    }
  }
}`) as unknown as TypedDocumentString<CompareQuery, CompareQueryVariables>;
export const SpecsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Specs($snapshot: String, $matching: String, $where: SpecFilter, $orderBy: SpecOrder, $first: Int, $after: String, $last: Int, $before: String) {
  specs(
    snapshot: $snapshot
    matching: $matching
    where: $where
    orderBy: $orderBy
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    totalCount
    pageInfo {
      ...Page
    }
    nodes {
      ...SpecRow
    }
  }
}
    fragment SpecRow on Spec {
  id
  hash
  version
  platform
  size
  external
  inBuildCache
  installCommand
  text
  package {
    name
  }
  compiler {
    name
  }
  operatingSystem {
    name
  }
  target {
    name
  }
  variants {
    name
    text
  }
  stacks {
    nodes {
      name
    }
  }
}
fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<SpecsQuery, SpecsQueryVariables>;
export const DependencyCountsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query DependencyCounts($snapshot: String, $hashes: [String!]!, $first: Int!) {
  specs(snapshot: $snapshot, where: {hash: {in: $hashes}}, first: $first) {
    nodes {
      hash
      direct: dependencies(first: 0) {
        totalCount
      }
      transitive: dependencies(transitive: true, first: 0) {
        totalCount
        truncated
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DependencyCountsQuery, DependencyCountsQueryVariables>;
export const HoldingsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Holdings($snapshot: String!, $hashes: [String!]!, $first: Int!) {
  specs(snapshot: $snapshot, where: {hash: {in: $hashes}}, first: $first) {
    nodes {
      hash
      stacks {
        nodes {
          name
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<HoldingsQuery, HoldingsQueryVariables>;
export const FacetsDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Facets($snapshot: String, $matching: String, $where: SpecFilter, $by: [Facet!]!, $limit: Int!) {
  specs(snapshot: $snapshot, matching: $matching, where: $where, first: 0) {
    totalCount
    facets(by: $by, limit: $limit) {
      facet
      otherCount
      values {
        value
        count
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FacetsQuery, FacetsQueryVariables>;
export const VariantsOfDocument = /*#__PURE__*/ new TypedDocumentString(`
    query VariantsOf($snapshot: String, $matching: String, $where: SpecFilter, $first: Int!, $after: String) {
  specs(
    snapshot: $snapshot
    matching: $matching
    where: $where
    first: $first
    after: $after
  ) {
    pageInfo {
      ...Page
    }
    nodes {
      variants {
        name
        enabled
        values
      }
    }
  }
}
    fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}`) as unknown as TypedDocumentString<VariantsOfQuery, VariantsOfQueryVariables>;
export const UnderstoodDocument = /*#__PURE__*/ new TypedDocumentString(`
    query Understood($text: String!) {
  parseSpec(text: $text) {
    text
    name
    versions
    compiler
    platform
    operatingSystem
    target
    hash
    variants {
      text
    }
    flags
    dependencies {
      text
    }
  }
}
    `) as unknown as TypedDocumentString<UnderstoodQuery, UnderstoodQueryVariables>;
export const TargetNamesDocument = /*#__PURE__*/ new TypedDocumentString(`
    query TargetNames($snapshot: String) {
  targets(snapshot: $snapshot, first: 500) {
    nodes {
      name
      family
      specCount
      runnableOn {
        name
      }
    }
  }
  operatingSystems(snapshot: $snapshot, first: 500) {
    nodes {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<TargetNamesQuery, TargetNamesQueryVariables>;