from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parent.parent / "examples" / "week4.ipynb"


def test_the_notebook_runs_from_a_dictionary_to_a_figure_in_twelve_lines(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len([line for line in code[0].source.splitlines() if line.strip()]) <= 12
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": tmp_path}}).execute()
    texts = "".join(output.get("text", "") for output in code[0].outputs)
    figures = [output["data"].get("image/svg+xml", "") for output in code[0].outputs if "data" in output]
    assert "week4-beta  100 runs, 5 cells x 20" in texts and any("<svg" in figure for figure in figures)
    # Progress was shown, and is gone.
    shown = [output["data"].get("text/html", "") for output in code[0].outputs if output.output_type == "display_data"]
    assert not any("runs" in text for text in shown)
    assert "multiplier_tail_mean" in str(code[1].outputs) and "0.4804" in str(code[2].outputs)
