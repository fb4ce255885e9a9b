import openpyxl
import pytest
from pydantic import ValidationError

from demo.entry import StandInTable
from tests.support.standins import index


def test_tables_are_the_corpus_s_own(laid_out):
    folder, clips = laid_out("crema_d")
    lines = (folder / "VideoDemographics.csv").read_text().splitlines()
    assert lines[0] == '"ActorID","Age","Sex","Race","Ethnicity"'
    assert lines[1] == '"1001","51","Male","Unknown","Unknown"'
    assert len(lines) == 11
    votes = (folder / "processedResults" / "summaryTable.csv").read_text()
    assert len(votes.splitlines()) == len(clips) + 1
    assert '"A:D"' in votes  # a tie
    utterance = index(folder, "crema_d")["AudioWAV/1076_MTI_SAD_XX.wav", None]
    assert (utterance.age, utterance.gender) == (25, "female")
    assert utterance.votes["sadness"] == 5


def test_table_with_blanks_before_the_speaker(laid_out):
    folder, _ = laid_out("nemo")
    head, row, *_ = (folder / "data.tsv").read_text(encoding="utf-8").splitlines()
    assert head.split("\t")[4] == "speaker_id"
    assert row.split("\t")[4] == "        EB0"
    utterance = next(iter(index(folder, "nemo").values()))
    assert utterance.text
    assert utterance.age == 27


def test_tables_lie_a_file_a_part_or_speaker_each_in_its_encoding(laid_out):
    folder, clips = laid_out("meld")
    parts = [(folder / f"MELD.Raw/{part}_sent_emo.csv") for part in ("train", "dev", "test")]
    assert sum(part.read_bytes().count(b"\r\n") - 1 for part in parts) == len(clips)
    texts = laid_out("esd")[0] / "Emotion Speech Dataset"
    encodings = {"0001": "gb2312", "0003": "utf-16", "0011": "utf-8", "0016": "latin-1"}
    for speaker, encoding in encodings.items():
        lines = (texts / speaker / f"{speaker}.txt").read_bytes().decode(encoding).splitlines()
        assert all(line.startswith(f"{speaker}_") and line.count("\t") == 2 for line in lines)
    assert "生气" in (texts / "0001" / "0001.txt").read_text("gb2312")
    read = {u.text for u in index(texts.parent, "esd").values() if u.speaker.endswith("0016")}
    assert "They met in a café near the river." in read


def test_workbook_has_a_sheet_for_women_and_one_for_men(laid_out):
    folder, _ = laid_out("emofilm")
    book = openpyxl.load_workbook(folder / "f_m_corpus_it_es_en_legend.xlsx")
    assert sorted(book.sheetnames) == ["female", "male"]
    speakers = {row[1] for row in book["male"].iter_rows(values_only=True)}
    assert {"speaker", "????", "Adalberto Maria Merli+6"} <= speakers


def test_table_has_columns_or_lines():
    for columns, line in (({}, ""), ({"a": "{emotion}"}, "{emotion}")):
        with pytest.raises(ValidationError, match="either `columns` or `line`"):
            StandInTable(columns=columns, line=line)
