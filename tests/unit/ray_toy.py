"""What runs on a cluster, around the toy segmenter: `python -m tests.unit.ray_toy`, in the folder that was sent."""

import functools

from core.finetune.ray_job import main
from core.finetune.run import run_job
from tests.unit.finetune_toy import open_toy

if __name__ == "__main__":
    print("noise of a careless library")
    main(functools.partial(run_job, open_model=open_toy))
