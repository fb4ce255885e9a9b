"""NeMo manifests: one line of JSON a clip, a file for each split."""

import json

from pipeline.exports.export_request import ExportRequest, clips_by_split


def write_nemo(request: ExportRequest) -> None:
    """Writes ``<split>_manifest.json`` and the clips.

    ``label`` is the emotion, as NeMo's classification models read it; ``audio_filepath`` is
    relative to the manifest, as they take it where it is not absolute.
    """
    for split, clips in clips_by_split(request, request.write_audio()):
        lines = [
            {
                "audio_filepath": clip.file,
                "offset": 0.0,
                "duration": clip.seconds,
                "label": clip.row["emotion"],
                "text": clip.row["text"] or "",
                "speaker": clip.row["speaker"],
                "gender": clip.row["gender"],
                "lang": clip.row["language"],
                "class_name": clip.row["class_name"],
                "id": clip.row["id"],
            }
            for clip in clips
        ]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (request.folder / f"{split}_manifest.json").write_text(text, encoding="utf-8")
