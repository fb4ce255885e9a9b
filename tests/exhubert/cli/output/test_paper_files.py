from pathlib import Path

from exhubert.cli.output.paper_files import write_figures, write_tables
from tests.support.made_up import make_evaluation
from training.evaluation.figures.evaluation import evaluation_figures
from training.evaluation.tables.evaluation import evaluation_tables


def test_the_first_table_is_called_as_asked_and_the_others_stand_beside_it(tmp_path: Path) -> None:
    tables = evaluation_tables(make_evaluation())
    files = [tmp_path / "paper" / name for name in ("scores.tex", "scores.v2.csv")]
    written = write_tables(tables, files)
    assert [path.name for path in written] == [
        *("scores.tex", "scores-classes.tex", "scores-groups.tex"),
        *("scores.v2.csv", "scores.v2-classes.csv", "scores.v2-groups.csv"),
    ]
    assert files[0].read_text(encoding="utf-8") == tables["corpora"].to_latex()
    assert written[-1].read_text(encoding="utf-8") == tables["groups"].to_csv()


def test_figures_are_written_alike(tmp_path: Path) -> None:
    written = write_figures(
        evaluation_figures(make_evaluation()), [tmp_path / "new" / "scores.pdf"]
    )
    assert [path.name for path in written] == [
        *("scores.pdf", "scores-forest.pdf", "scores-groups.pdf", "scores-reliability.pdf"),
    ]
    assert all(path.read_bytes().startswith(b"%PDF") for path in written)
