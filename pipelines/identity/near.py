"""Near copies of a text: a MinHash signature (rensa), bands that find candidates, and how alike two signatures are. Pure."""

import hashlib
import struct

from rensa import RMinHash

from pipelines.text import fold_plain

N_PERMUTATIONS = 64
ROWS = 4  # 16 bands of 4: a pair with likeness s is a candidate with probability 1-(1-s^4)^16, 0.99 at 0.71, 0.64 at 0.5
MIN_WORDS = 12  # shorter texts have no signature
SHINGLE = 3
_SEED = 20261124
_FORMAT = "M2"  # of the bands; RMinHash.ALGORITHM_VERSION 2


def fingerprint(title: str, text: str) -> str:
    """SHA-256 over the folded title and text: equal when nothing but spaces, case and look-alike letters differ."""
    return hashlib.sha256(f"{fold_plain(title)}\n{fold_plain(text)}".encode("utf-8", "surrogatepass")).hexdigest()


def near_key(text: str) -> bytes:
    """Signature of `text` over shingles of three words, 256 bytes; empty for a text of fewer than 12 words."""
    words = fold_plain(text).split()
    if len(words) < MIN_WORDS:
        return b""
    sketch = RMinHash(num_perm=N_PERMUTATIONS, seed=_SEED)
    sketch.update(sorted({" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}))
    return struct.pack(f"<{N_PERMUTATIONS}I", *sketch.digest())


def bands(key: bytes) -> tuple[str, ...]:
    """Band names of a signature; two texts that share one may be copies. Empty for an empty key."""
    if not key:
        return ()
    size = ROWS * 4
    return tuple(
        f"{_FORMAT}:{start // size}:{hashlib.blake2b(key[start : start + size], digest_size=8).hexdigest()}"
        for start in range(0, len(key), size)
    )


def similarity(left: bytes, right: bytes) -> float:
    """Estimated share of common shingles of two texts (Jaccard), 0 when a signature is missing."""
    if len(left) != N_PERMUTATIONS * 4 or len(right) != len(left):
        return 0.0
    form = f"<{N_PERMUTATIONS}I"
    pairs = zip(struct.unpack(form, left), struct.unpack(form, right), strict=True)
    return float(sum(mine == theirs for mine, theirs in pairs) / N_PERMUTATIONS)
