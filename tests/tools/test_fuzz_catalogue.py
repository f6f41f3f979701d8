"""Whatever a catalogue holds, it is read or refused with one of the tools' own errors."""

import random
from pathlib import Path

from tests.fuzzing import inputs, spoiled
from tools.data.dataset import DatasetError, read_dataset
from tools.data.recordings import read_source

LABELS = ("dog", "glass", "others")
CATALOGUE = b"""path,label,split,source,group
train/dog/1.ogg,dog,train,sesa,one
train/dog/2.ogg,dog,val,,"two, three"
val/glass/1.ogg,glass,test,esc50,four
others/1.ogg,others,train,esc50,five
"""


@inputs(2_000, 100_000)
def test_any_catalogue_is_read_or_refused(tmp_path: Path, count: int) -> None:
    file = tmp_path / "catalogue.csv"
    read = 0
    for seed in range(count):
        file.write_bytes(spoiled(random.Random(seed), CATALOGUE))
        for reader in (lambda: read_dataset(file, LABELS), lambda: read_source(file)):
            try:
                reader()
            except DatasetError as error:
                text = str(error)
            except Exception as error:
                error.add_note(f"seed {seed}")
                raise
            else:
                read += 1
                continue
            assert ("catalogue.csv" in text) or ("must stay in one split" in text), seed
    assert 0 < read < 2 * count
