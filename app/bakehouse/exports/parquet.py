"""Tables as Parquet files."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from bakehouse.domain.cancellation import Token
from bakehouse.exports.tables import Cells, NumberCells, TableSource, TextCells, TimeCells, WholeCells, cell_texts

_ROW_GROUP = 50_000


def write_parquet(source: TableSource, file: BinaryIO, token: Token) -> None:
    """Texts, doubles, 64-bit whole numbers and UTC times in milliseconds; what is missing is null, NaN is NaN."""
    import pyarrow as pa
    from pyarrow import parquet

    moment = pa.timestamp("ms", tz="UTC")

    # `pa.array` imports pandas to ask whether its argument is a Series (0.5 s and 60 MB); buffers do not.
    def filled(kind: pa.DataType, valid: npt.NDArray[np.bool_], *data: Any) -> pa.Array:
        bits = np.packbits(valid, bitorder="little")
        return pa.Array.from_buffers(kind, len(valid), [pa.py_buffer(part) for part in (bits, *data)])

    def array(cells: Cells) -> pa.Array:
        if isinstance(cells, TextCells):
            texts = [text.encode(errors="replace") for text in cell_texts(cells)]
            offsets = np.zeros(len(texts) + 1, np.int32)
            np.cumsum([len(text) for text in texts], out=offsets[1:])
            return filled(pa.string(), cells.codes >= 0, offsets, b"".join(texts))
        if isinstance(cells, NumberCells):
            return filled(pa.float64(), cells.present, np.ascontiguousarray(cells.values))
        if isinstance(cells, WholeCells):
            return filled(pa.int64(), np.ones(len(cells.values), np.bool_), np.ascontiguousarray(cells.values))
        times = cells.times_ms
        # Beyond this no whole number of milliseconds has room; no calendar reaches there either.
        known = np.abs(times) < 2.0**63
        return filled(moment, known, np.where(known, times, 0).astype(np.int64))

    kinds = {TextCells: pa.string(), NumberCells: pa.float64(), WholeCells: pa.int64(), TimeCells: moment}
    schema = pa.schema([(name, kinds[kind]) for name, kind in zip(source.names, source.kinds, strict=True)])
    waiting: list[pa.Table] = []
    done = written = 0
    with parquet.ParquetWriter(file, schema) as writer:
        for page in source.pages():
            token.check()
            waiting.append(pa.Table.from_arrays([array(cells) for cells in page.cells], schema=schema))
            done += page.size
            if done - written >= _ROW_GROUP:
                writer.write_table(pa.concat_tables(waiting))
                waiting, written = [], done
            if source.size is not None:
                token.report(done, source.size)
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
