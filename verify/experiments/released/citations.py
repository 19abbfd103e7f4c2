"""What is said of the released code: each statement with its file and lines, and words to check it by.

The list is kept against a checkout of the release by `check`: a statement's words have to stand in
its lines, in order. Lines are those of the commit `reader.COMMIT`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MAIN, TRACKER, DEPTHS, PLOTS, PRETRAINED, README = (
    "experiments.py",
    "hessian_tracker.py",
    "head_depth_ablations.py",
    "plot_results.py",
    "pretrained.ipynb",
    "README.md",
)


@dataclass(frozen=True)
class Citation:
    """One statement about the release.

    Attributes:
        id: the experiment, or *setting*, and a word.
        file, first, last: where it can be read; lines count from 1.
        text: the statement, a sentence.
        words: a few names and numbers that stand in these lines, in this order.
    """

    id: str
    file: str
    first: int
    last: int
    text: str
    words: tuple[str, ...]

    @property
    def place(self) -> str:
        """As a sentence names it: ``experiments.py:304-307``."""
        lines = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{self.file}:{lines}"


CITATIONS = (
    # --- the networks ---
    Citation(
        "setting.resnet",
        MAIN,
        83,
        91,
        "The backbone is a ResNet-18 whose first convolution is 3x3 with stride 1, without max-pooling and without its last layer, the new convolution drawn as PyTorch draws one by default; its output has 512 coordinates.",
        ("resnet18", "kernel_size=3, stride=1", "Identity", "[:-1]"),
    ),
    Citation(
        "setting.vit",
        MAIN,
        98,
        128,
        "ViT-Tiny has patches of 4x4, width 192, 3 heads, MLPs of 768, GELU, 3 pre-norm layers and no closing LayerNorm; position and CLS token are drawn normal with deviation 0.02 and cut at -2 and 2, a hundred deviations, PyTorch's default.",
        ("patch_size = 4", "192", "nhead=3", "768", "norm_first=True", "num_layers=3)", "std=0.02"),
    ),
    Citation(
        "setting.vit-output",
        MAIN,
        145,
        148,
        "ViT-Tiny's representation is the CLS token as the last layer leaves it.",
        ("self.transformer", "x[:, 0]"),
    ),
    Citation(
        "setting.head",
        MAIN,
        172,
        201,
        "A head is two linear layers without biases, with BatchNorm after each if asked for.",
        ("hidden_dim=2048", "bias=False", "BatchNorm1d", "bias=False", "BatchNorm1d"),
    ),
    Citation(
        "setting.linear",
        MAIN,
        176,
        181,
        "The linear head is two linear maps, and never has BatchNorm.",
        ("'linear'", "bias=False", "bias=False", "return"),
    ),
    # --- E2 and E7 ---
    Citation(
        "E2.cells",
        MAIN,
        915,
        937,
        "There are 14 runs: linear and GELU without BatchNorm at learning rate 0.05, Swish and ReLU with and without it at 0.005, 0.05 and 0.5.",
        ("base_lr = 0.05", "large_lr = 0.5", "small_lr = 0.005", "'linear'", "'gelu'", "'relu'"),
    ),
    Citation(
        "E2.configuration",
        MAIN,
        52,
        62,
        "Batches are of 512, epochs 50, momentum is 0.9, the projector is scaled by 0.1, and there are 3 seeds.",
        ("512", "num_epochs_collapse", "50", "0.9", "collapse_init_scale", "0.1", "num_seeds", "3"),
    ),
    Citation(
        "E2.views",
        MAIN,
        258,
        262,
        "Views are random resized crops of scale 0.2 to 1 and flips.",
        ("RandomResizedCrop", "(0.2, 1.0)", "RandomHorizontalFlip"),
    ),
    Citation(
        "E2.optimiser",
        MAIN,
        294,
        301,
        "The optimiser is SGD with momentum, without weight decay, of backbone, projector and predictor alike.",
        ("SGD", "predictor.parameters", "momentum", "weight_decay=0.0"),
    ),
    Citation(
        "E2.start",
        MAIN,
        303,
        307,
        "Every run starts with the projector's linear weights multiplied by 0.1; there is no other start.",
        ("no_grad", "projector.modules", "nn.Linear", "collapse_init_scale"),
    ),
    Citation(
        "E2.mode",
        MAIN,
        333,
        336,
        "What is tracked is tracked in training mode.",
        ("backbone.train", "projector.train", "predictor.train"),
    ),
    Citation(
        "E2.loss",
        MAIN,
        349,
        354,
        "The objective is SimSiam's: the mean of two negative cosines, gradients stopped at the targets, the two views in two forward passes.",
        ("projector(backbone(x1))", "cosine_similarity", "z2.detach", "z1.detach", "0.5"),
    ),
    Citation(
        "E2.tensor",
        MAIN,
        396,
        398,
        "The tracked variance is the mean over coordinates of the standard deviation of the unit output of the projector, over both views of the step's batch.",
        ("torch.cat([z1, z2]", "normalize", "torch.std(z, dim=0).mean"),
    ),
    Citation(
        "E2.epochs",
        MAIN,
        410,
        416,
        "What is tracked is averaged over the steps of an epoch, so that the initial value is the mean over the first epoch.",
        ("variance_history.append(np.mean", "cond_num_history.append(np.mean"),
    ),
    Citation(
        "E2.condition",
        MAIN,
        400,
        408,
        "The condition number is the largest eigenvalue of the covariance of that tensor over the smallest one, clamped at 1e-7.",
        ("z_centered", "eigvalsh", "clamp", "min=1e-7", "lambda_max / lambda_min"),
    ),
    Citation(
        "E2.published",
        PLOTS,
        99,
        113,
        "The published curve is the mean over seeds, divided by its first epoch.",
        ("data['raw']", "axis=0", "mean[0]", "mean / initial_mean"),
    ),
    Citation(
        "E2.deviation",
        PLOTS,
        130,
        133,
        "The figure calls the quantity a standard deviation.",
        ("Collapse Instability", "Std. Dev."),
    ),
    Citation(
        "E7.projector",
        MAIN,
        361,
        375,
        "The head's relative update is the learning rate times the norm of the gradient over that of the weights, over all parameters of the projector and none of the predictor, at every step.",
        ("projector.parameters", "grad", "lr_collapse * proj_grad_norm", "proj_weight_norm + 1e-7"),
    ),
    Citation(
        "E7.backbone",
        MAIN,
        377,
        390,
        "The backbone's relative update is the same over all its parameters.",
        ("backbone.parameters", "lr_collapse * backbone_grad_norm", "backbone_weight_norm + 1e-7"),
    ),
    Citation(
        "E7.shade",
        PLOTS,
        422,
        432,
        "The figure draws the mean over seeds and shades from the least seed to the largest; it has no interval.",
        (
            "fill_between",
            "np.min(head_raw, axis=0)",
            "np.max(head_raw, axis=0)",
            "np.min(bb_raw",
            "np.max(bb_raw",
        ),
    ),
    Citation(
        "E7.printed",
        PLOTS,
        434,
        438,
        "The plotting script prints another ratio than the published ranges are of: that of the means over seeds and epochs, with 1e-8 added to the backbone's.",
        ("np.mean(head_mean)", "np.mean(bb_mean)", "1e-8", "print"),
    ),
    Citation(
        "E5.hypothesis",
        README,
        109,
        109,
        "That the head warps the manifold, and so raises the curvature, is a hypothesis of the release.",
        ("significantly higher curvature", "hypothesised to be due to manifold warping"),
    ),
    Citation(
        "E2.claim",
        README,
        80,
        80,
        "The release says that linear heads remain collapsed while GELU and Swish escape.",
        ("Linear heads remain collapsed", "GELU, Swish"),
    ),
    # --- E1 ---
    Citation(
        "E1.setting",
        TRACKER,
        98,
        113,
        "Batches are of 256, views are crops of scale 0.2 to 1 and flips, heads have no BatchNorm.",
        ("batch_size = 256", "(0.2, 1.0)", "use_bn=False", "use_bn=False"),
    ),
    Citation(
        "E1.start",
        TRACKER,
        115,
        120,
        "The pseudo-collapsed start multiplies the projector's linear weights by 0.1 and leaves the backbone as it is.",
        ("'collapsed'", "projector.modules", "nn.Linear", "0.1"),
    ),
    Citation(
        "E1.optimiser",
        TRACKER,
        124,
        125,
        "The optimiser is SGD at learning rate 0.05 with momentum 0.9.",
        ("predictor.parameters", "lr=0.05, momentum=0.9"),
    ),
    Citation(
        "E1.estimator",
        TRACKER,
        70,
        90,
        "The least eigenvalue is estimated by 20 steps of power iteration and 20 of shifted power iteration, with 1e-8 added to the norm that a vector is divided by.",
        (
            "randn_like",
            "num_iterations",
            "1e-8",
            "lambda_max",
            "num_iterations",
            "lambda_max * v_min",
        ),
    ),
    Citation(
        "E1.iterations",
        TRACKER,
        63,
        63,
        "There are 20 iterations of each.",
        ("num_iterations=20",),
    ),
    Citation(
        "E1.states",
        TRACKER,
        139,
        149,
        "It is estimated for the mean loss of a batch with respect to the first view's z, on the first five batches of an epoch, during training.",
        (
            "z1.requires_grad_",
            "cosine_similarity",
            ".mean()",
            "i < 5",
            "get_min_eigenvalue_hvp(loss, z1",
        ),
    ),
    Citation(
        "E1.tracked",
        TRACKER,
        155,
        164,
        "The variance and the condition number are of the unit output of the backbone, over both views of a batch, the smallest eigenvalue clamped at 1e-7.",
        ("cat([z1, z2]", "torch.std(z_norm, dim=0).mean", "eigvalsh", "min=1e-7"),
    ),
    Citation(
        "E1.epochs",
        TRACKER,
        166,
        168,
        "The recorded values are means over the steps of an epoch, of the estimate over five.",
        ("np.mean(epoch_eigvals)", "np.mean(epoch_vars)", "np.mean(epoch_conds)"),
    ),
    Citation(
        "E1.spearman",
        TRACKER,
        238,
        245,
        "Spearman's correlation leaves out the first epoch.",
        ("['variances'][1:]", "['condition_numbers'][1:]", "spearmanr(var, cond)"),
    ),
    Citation(
        "E1.runs",
        TRACKER,
        223,
        227,
        "Three runs are shown: Swish from both starts, ReLU from the pseudo-collapsed one.",
        ("normal_swish", "collapsed_swish", "collapsed_relu"),
    ),
    Citation(
        "E1.activations",
        TRACKER,
        289,
        291,
        "The tracker offers no linear head, and 100 epochs unless told otherwise.",
        ("'swish', 'relu', 'gelu'", "default=100"),
    ),
    # --- E3 to E5: training ---
    Citation(
        "E3.views",
        MAIN,
        511,
        517,
        "Views are random resized crops of torchvision's default scale, 0.08 to 1, flips, rotations by up to 45 degrees with the default interpolation, nearest, and colour jitter (0.4, 0.4, 0.4, 0.1) with probability 0.8.",
        (
            "RandomResizedCrop(32)",
            "Flip",
            "RandomRotation(degrees=45)",
            "0.4, 0.4, 0.4, 0.1",
            "p=0.8",
        ),
    ),
    Citation(
        "E3.seed",
        MAIN,
        507,
        508,
        "There is one training seed, 0.",
        ("seed = 0", "set_seed(seed)"),
    ),
    Citation(
        "E3.batch",
        MAIN,
        523,
        529,
        "Batches are of 256, whatever the command line says.",
        ("batch_size=256", "drop_last=True"),
    ),
    Citation(
        "E3.head",
        MAIN,
        533,
        537,
        "The head has ReLU and BatchNorm; the optimiser is Adam.",
        ("activation='relu'", "use_bn=True", "Adam", "lr_guillotine"),
    ),
    Citation(
        "E3.loss",
        MAIN,
        548,
        554,
        "The objective is InfoNCE from the first view to the second at temperature 0.1; the two views pass in two forward passes, so that BatchNorm sees each alone.",
        ("head(backbone(x1))", "head(backbone(x2))", "/ 0.1", "cross_entropy"),
    ),
    Citation(
        "E3.mode",
        MAIN,
        767,
        768,
        "Orbits are measured in evaluation mode.",
        ("backbone.eval", "head.eval"),
    ),
    Citation(
        "E3.images",
        MAIN,
        783,
        808,
        "Classes are evenly spaced, 0, 2, 4, 6 and 9 of ten, and three test images of each are drawn at random.",
        ("linspace(0, len(all_classes)-1, num_classes", "random.sample"),
    ),
    Citation(
        "E3.orbits",
        MAIN,
        1067,
        1070,
        "Orbits are of 5 classes, 3 images of each, at 12 rotations.",
        ("num_classes=5", "images_per_class=3", "num_rotations=12"),
    ),
    Citation(
        "E3.angles",
        MAIN,
        791,
        791,
        "The rotations go all the way round.",
        ("linspace(0, 360", "endpoint=False"),
    ),
    Citation(
        "E3.normalised",
        MAIN,
        816,
        820,
        "Images are rotated with the default interpolation, nearest, and the head is fed the normalised representation.",
        ("rotate(img_tensor", "z = F.normalize(backbone", "F.normalize(head(z)"),
    ),
    Citation(
        "E3.spread",
        PLOTS,
        566,
        575,
        "The spread is the mean squared distance from an orbit's mean; the deviation beside it is over orbits.",
        ("orbit_points - centroid", "np.mean(variances)", "np.std(variances)"),
    ),
    Citation(
        "E3.distances",
        PLOTS,
        543,
        564,
        "D_intra is the mean distance within an orbit, D_inter that between class centroids.",
        ("pdist(orbit_points", "d_intra_mean", "class_centroids", "d_inter_mean"),
    ),
    Citation(
        "E3.compression",
        PLOTS,
        607,
        609,
        "The compression is the ratio of the mean spreads; no total variance is set beside it.",
        ("mean_z, std_z", "mean_z / (mean_h + 1e-10)"),
    ),
    # --- E4 ---
    Citation(
        "E4.turns",
        MAIN,
        475,
        488,
        "Every image, of training and of test, is turned by one random multiple of 90 degrees that does not change.",
        ("Random(seed)", "randint(0, 3)", "rot_idx * 90"),
    ),
    Citation(
        "E4.widths",
        MAIN,
        577,
        591,
        "The MLP probe has 256 hidden units on z and 512 on h.",
        (
            "Linear(2048, 4)",
            "output_dim, 256",
            "Linear(256, 4)",
            "Linear(2048, 512)",
            "Linear(512, 4)",
        ),
    ),
    Citation(
        "E4.training",
        MAIN,
        593,
        600,
        "Probes are trained by Adam at 1e-3.",
        ("probe_z_linear", "lr=1e-3", "probe_h_mlp", "exp2_probe_epochs", "rot_loader"),
    ),
    Citation(
        "E4.epochs",
        MAIN,
        62,
        62,
        "Probes are trained for 5 epochs.",
        ("exp2_probe_epochs", "5"),
    ),
    Citation(
        "E4.features",
        MAIN,
        602,
        613,
        "Probes see raw outputs of the backbone, and of the head on them; nothing is standardised.",
        ("feat_z = backbone(img)", "feat_h = head(feat_z)", "probe_z_linear(feat_z)"),
    ),
    # --- E5 ---
    Citation(
        "E5.angles",
        MAIN,
        686,
        686,
        "Orbits are of 10 angles from 0 to 45 degrees.",
        ("linspace(0, 45, 10)",),
    ),
    Citation(
        "E5.raw",
        MAIN,
        703,
        707,
        "Images are rotated with the default interpolation, nearest, and the head is fed the raw representation.",
        ("rotate(img, ", "F.normalize(backbone(img_rot)", "F.normalize(head(backbone(img_rot))"),
    ),
    Citation(
        "E5.second",
        MAIN,
        720,
        728,
        "The curvature is the mean norm of second differences, not divided by the step.",
        ("trajectory[i+1] - 2*trajectory[i]", "linalg.norm(second_deriv)", "np.mean(curvs)"),
    ),
    Citation(
        "E5.images",
        MAIN,
        1006,
        1014,
        "Each of the 3 seeds draws 200 test images anew, for one and the same network.",
        ("num_seeds", "set_seed(seed_idx)", "backbone_pretrained", "num_samples=200"),
    ),
    Citation(
        "E5.ratio",
        MAIN,
        1016,
        1022,
        "The ratio is that of the means over images.",
        ("np.mean(curvs_z)", "np.mean(curvs_h)", "mean_curv_h / (mean_curv_z"),
    ),
    # --- E6 ---
    Citation(
        "E6.head",
        DEPTHS,
        48,
        60,
        "A head of depth 1 is linear with BatchNorm; deeper ones add hidden layers of 2048 with BatchNorm and the activation; with BatchNorm there are no biases.",
        ("num_layers == 1", "bias=not use_bn", "BatchNorm1d", "num_layers - 2", "BatchNorm1d"),
    ),
    Citation(
        "E6.swish",
        DEPTHS,
        95,
        96,
        "The heads have Swish and BatchNorm; the optimiser is Adam.",
        ("activation='swish'", "use_bn=True", "Adam"),
    ),
    Citation(
        "E6.batch",
        DEPTHS,
        92,
        92,
        "Batches are of the default size, 512.",
        ("batch_size=config.batch_size",),
    ),
    Citation(
        "E6.linear",
        DEPTHS,
        111,
        113,
        "Only linear probes are trained.",
        ("Linear(backbone.output_dim, 4)", "Linear(2048, 4)", "lr=1e-3"),
    ),
    Citation(
        "E6.reused",
        DEPTHS,
        138,
        139,
        "Second differences, of 100 images, the default there, and orbits are measured by the functions of E5 and E3.",
        ("run_curvature_experiment", "run_orbit_visualization_experiment"),
    ),
    Citation(
        "E6.probes",
        DEPTHS,
        108,
        118,
        "Probes see raw outputs in batches of 256, every image turned once.",
        ("RotationDataset", "batch_size=256"),
    ),
    # --- E8: lines of the notebook's file ---
    Citation(
        "E8.images",
        PRETRAINED,
        344,
        346,
        "Fifty images are asked for, in batches of 64.",
        ("batch_size: int = 64", "num_samples_orbit: int = 50", "steps: int = 12"),
    ),
    Citation(
        "E8.batches",
        PRETRAINED,
        447,
        451,
        "The loop stops before a batch and not within one, so that all 64 images of the first are measured.",
        ("i * config.batch_size", "num_samples_orbit", "break", "for img in images"),
    ),
    Citation(
        "E8.orbits",
        PRETRAINED,
        418,
        429,
        "Orbits are rotations of 0 to 45 degrees, hue of -0.4 to 0.4, saturation of 0 to 2 and blur of 0.1 to 3 by a kernel of 23 pixels, applied to standardised images; rotation has its default interpolation, nearest.",
        (
            "'rotation'",
            "0, 45",
            "rotate(img.unsqueeze(0), float(v))",
            "'hue'",
            "-0.4, 0.4",
            "0.0, 2.0",
            "0.1, 3.0",
            "kernel_size=23",
        ),
    ),
    Citation(
        "E8.standardised",
        PRETRAINED,
        367,
        370,
        "Images are resized to 224 pixels and standardised before they are changed.",
        ("Resize(224)", "Normalize"),
    ),
    Citation(
        "E8.variance",
        PRETRAINED,
        478,
        510,
        "The collapse ratio is that of the mean variances of the coordinates of raw outputs, for each image, averaged over images.",
        (
            "np.mean(np.var(tb, axis=0))",
            "np.mean(np.var(th, axis=0))",
            "vb / (vh + 1e-12)",
            "np.mean(v)",
        ),
    ),
    Citation(
        "E8.printed",
        PRETRAINED,
        308,
        333,
        "Ranks, variances, curvatures and cosines of four networks under four changes of the images are printed; the variance ratio alone has an interval.",
        ("Ratio (95% CI)", "DINO ViT-S", "3727.7266", "116.9248", "0.8514", "2.6268"),
    ),
)
"""Every statement about the released code that the project relies on."""


def cite(id: str) -> Citation:
    """The citation of that id.

    Raises:
        KeyError: if there is none.
    """
    found = [citation for citation in CITATIONS if citation.id == id]
    if not found:
        raise KeyError(f"There is no citation {id!r}; CITATIONS of {__name__} has them all.")
    return found[0]


@dataclass(frozen=True)
class Mismatch:
    """A statement whose words do not stand in its lines, and why."""

    citation: Citation
    reason: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.citation.id}, {self.citation.place}: {self.reason}"


def check(checkout: Path, citations: Iterable[Citation] = CITATIONS) -> list[Mismatch]:
    """The citations that do not agree with a checkout of the release; none if all do."""
    texts: dict[str, list[str] | None] = {}
    found = []
    for citation in citations:
        if citation.file not in texts:
            texts[citation.file] = _lines(checkout / citation.file)
        reason = _disagrees(citation, texts[citation.file])
        if reason:
            found.append(Mismatch(citation, reason))
    return found


def _lines(file: Path) -> list[str] | None:
    if not file.is_file():
        return None
    return file.read_text(encoding="utf-8", errors="replace").splitlines()


def _disagrees(citation: Citation, lines: list[str] | None) -> str:
    """Why a citation does not agree with the lines of its file; empty if it does."""
    if lines is None:
        return f"the checkout has no {citation.file}"
    if citation.last > len(lines):
        return f"the file has only {len(lines)} lines"
    text = " ".join(" ".join(lines[citation.first - 1 : citation.last]).split())
    place = 0
    for word in citation.words:
        place = text.find(word, place)
        if place < 0:
            return f"{word!r} does not stand there, after the words before it"
        place += len(word)
    return ""
