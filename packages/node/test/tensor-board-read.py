"""Reads a folder of event files with TensorBoard's own two readers, and prints what they show as JSON."""

import base64
import json
import math
import sys

from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.util import tensor_util

ALL = {"scalars": 0, "images": 0, "tensors": 0}


def classic(folder):
    events = event_accumulator.EventAccumulator(folder, ALL).Reload()
    tags = events.Tags()
    return {
        "scalars": {tag: [[e.step, e.value if math.isfinite(e.value) else str(e.value)] for e in events.Scalars(tag)] for tag in tags["scalars"]},
        "images": {
            tag: [
                {"step": e.step, "width": e.width, "height": e.height, "png": base64.b64encode(e.encoded_image_string).decode()}
                for e in events.Images(tag)
            ]
            for tag in tags["images"]
        },
        "texts": {
            tag: [[e.step, tensor_util.make_ndarray(e.tensor_proto).item().decode()] for e in events.Tensors(tag)] for tag in tags["tensors"]
        },
    }


def by_plugin(folder):
    """What the web page is served from: every value is a tensor of a plugin."""
    events = plugin_event_accumulator.EventAccumulator(folder, tensor_size_guidance={name: 0 for name in ("scalars", "images", "text")}).Reload()
    return {
        tag: {
            "plugin": events.SummaryMetadata(tag).plugin_data.plugin_name,
            "steps": [e.step for e in events.Tensors(tag)],
        }
        for tag in events.Tags()["tensors"]
    }


print(json.dumps({"classic": classic(sys.argv[1]), "by_plugin": by_plugin(sys.argv[1])}))
