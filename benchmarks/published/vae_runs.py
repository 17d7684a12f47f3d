"""A run of the published style VAE: what it writes in five styles, and whether that can be read."""

import keras
import numpy as np
from runs import Run

from course_lib import classifier, pen

SHOWN = ("narrow", "wide", "light", "bold", "italic")  # of pen.NAMED_STYLES: the tutorial's five
PROMPT, TEXT = "A5R", "HANDWRITING2026"
N_PROMPTS = 6  # of each style; the measures are means over them


class VAERun(Run):
    """A run of a VAE: every character is written in each of five styles, and read."""

    labels = True

    def build(self) -> keras.Model:
        """Build the recipe's VAE; its ten epochs are the plan's."""
        steps = self.plan.marks[-1] * self.plan.steps_per_unit(self.dataset)
        return self.recipe.build_vae(self.dataset.class_names, steps, self.seed)

    def look(self) -> tuple[dict, dict]:
        """Return a line of text in each style, and all measures."""
        names = list(self.dataset.class_names)
        prompt, everything = [names.index(c) for c in PROMPT], np.arange(len(names))
        lines, right = [], []
        for style in SHOWN:
            for seed in range(N_PROMPTS):
                drawn = pen.draw(PROMPT, pen.NAMED_STYLES[style], rng=seed)
                z = self.model.infer_style(drawn, prompt).z_mean
                written = self.model.decode(everything, self.model.redraft(everything, z))
                read = classifier.read(self.yardstick.classifier, written)[1].argmax(axis=1)
                right.append(read == everything)
                if seed == 0:
                    lines.append(self.model.write(TEXT, z))
        right = np.stack(right)
        return {"samples": np.stack(lines).astype("float16")}, {
            "readable": float(right.mean()),
            "classes": int((right.mean(axis=0) >= 0.5).sum()),
        }
