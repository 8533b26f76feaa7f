"""Who provides which virtual, as the recipes of Spack's own packages say (`provides`, spack-packages v2025.11.0).

A build cache records a virtual on the edges that use it, and so neither a provider that nothing uses nor the versions
of the virtual. What stands here fills that in for the virtuals that build caches ask for most; for all others, a
package that provides a virtual over some edge counts as providing it always, in any version.
"""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from graph.speclang import Constraint, parse
from graph.versions import VersionList

_AMDGPU = {15: "@5.3:5.4", 16: "@5.5:5.6", 17: "@5.7:6.1", 18: "@6.2:"}
"""The versions of llvm-amdgpu that are made of each version of LLVM."""

_PROVIDERS = {
    "awk": "gawk",
    "blas": "acfl amdblis cray-libsci intel-oneapi-mkl openblas",
    "c": """acfl aocc apple-clang cce fj gcc_languages=c intel-oneapi-compilers intel-oneapi-compilers-classic
        llvm+clang llvm-amdgpu msvc nvhpc xl""",
    "cxx": """acfl aocc apple-clang cce fj gcc_languages=c++ intel-oneapi-compilers intel-oneapi-compilers-classic
        llvm+clang llvm-amdgpu msvc nvhpc xl""",
    "elf@0": "libelf",
    "elf@1": "elfutils",
    "fftw-api@2": "fftw@2",
    "fftw-api@3": "acfl amdfftw cray-fftw fftw@3 intel-oneapi-mkl",
    "fortran": """acfl aocc cce fj gcc_languages=fortran intel-oneapi-compilers intel-oneapi-compilers-classic
        llvm+flang llvm-amdgpu nag nvhpc xl""",
    "fortran-rt": "gcc-runtime",
    "fuse": "libfuse",
    "gl@4.5": "egl glx osmesa",
    "glu@1.3": "mesa-glu openglu",
    "iconv": "glibc libiconv musl",
    "jpeg": "libjpeg libjpeg-turbo",
    "lapack": "acfl amdlibflame cray-libsci intel-oneapi-mkl openblas",
    "libc": "glibc musl",
    "libgfortran": "gcc-runtime",
    "libglx": "mesa+glx",
    "mkl": "intel-oneapi-mkl",
    "mpi@:3.1": "cray-mpich hpcx-mpi intel-oneapi-mpi mvapich mvapich2 openmpi@2:",
    "mpi@:4.0": "mpich",
    "pil": "py-pillow",
    "pkgconfig": "pkg-config pkgconf",
    "rpc": "libtirpc",
    "scalapack": "cray-libsci intel-oneapi-mkl+cluster netlib-scalapack",
    "szip": "libaec libszip",
    "tbb": "intel-oneapi-tbb intel-tbb",
    "unwind": "libunwind",
    "uuid": "libuuid ossp-uuid util-linux-uuid",
    "xxd": "vim xxd-standalone",
    "yacc": "bison byacc",
    "zlib-api": "zlib zlib-ng+compat",
    **{f"java@{major}": f"openjdk@{major}" for major in range(9, 26)},
    **{f"libllvm@{major}": f"llvm@{major} llvm-amdgpu{_AMDGPU.get(major, '@0')}" for major in range(10, 23)},
    **{f"lua-lang@{minor}": f"lua@{minor}" for minor in ("5.1", "5.2", "5.3", "5.4")},
}
"""Providers by virtual; a blank within a provider's constraint is written as `_`."""


class Provider(Struct, frozen=True):
    """A constraint on specs that provide a virtual, and the versions of the virtual: any, where None."""

    constraint: Constraint
    versions: VersionList | None

    def provides(self, wanted: VersionList | None) -> bool:
        """Tell whether what is provided has a version in common with what is wanted."""
        return self.versions is None or wanted is None or self.versions.intersects(wanted)


def providers_of(virtual: str) -> tuple[Provider, ...]:
    """Return the listed providers of a virtual, none for a name that is not listed."""
    return _by_virtual().get(virtual, ())


@cache
def _by_virtual() -> dict[str, tuple[Provider, ...]]:
    found: dict[str, list[Provider]] = {}
    for text, providers in _PROVIDERS.items():
        virtual = parse(text)
        entries = found.setdefault(virtual.name or "", [])
        entries += [Provider(parse(provider.replace("_", " ")), virtual.versions) for provider in providers.split()]
    return {name: tuple(entries) for name, entries in found.items()}
