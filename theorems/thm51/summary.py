"""What became of Theorem 5.1, in words; every clause is tied to the readings or parts that it tells."""

from __future__ import annotations

from verify.claims.summary import Defence, Summary, holds, holds_added, proved, refuted

SUMMARY = Summary(
    headline=(
        holds("holds that it is a linear subspace, as a function of the input", "subspace"),
        refuted("refuted that inputs of one representation share one tangent space", "of-z"),
    ),
    readings=(
        holds(
            "holds as a function of the input: a linear subspace, also as the span of one-sided derivatives",
            "subspace",
            "one-sided",
        ),
        holds(
            r"holds as a function of the representation if $\mathcal{V}_{\mathrm{aug}}(z)$ is the span over all inputs of $z$",
            "fibre",
        ),
        refuted("refuted that inputs of one representation have one tangent space", "of-z"),
        holds_added("which holds if the augmentation acts on representations", "of-z-equivariant"),
    ),
    smallest=r"Rotations of the plane and $\mathrm{enc}(x) = x_1$: the inputs $(1, 0)$ and $(1, 1)$ have one representation and tangent spaces of dimension 0 and 1.",
    shown_by="thm51.of-z.rotations",
    instead=(
        proved(
            r"It is a function of $z$ if and only if all inputs of one representation have the same tangent space; one-sided parameters whose directions form a convex cone give a convex cone of velocities where the one-sided derivative is linear in the direction",
            "of-z",
            "cone",
        ),
    ),
    defences=(
        Defence(
            of=("of-z",),
            answer=r"$z$ stands for the representation of one input, or the encoder is taken to be injective.",
            reply=(
                holds(
                    "Granted: of an input it is a linear subspace, and so is the span over all inputs of one $z$",
                    "subspace",
                    "fibre",
                ),
                proved(
                    "an injective encoder makes it a function of $z$, since no two inputs share one",
                    "of-z",
                ),
            ),
        ),
        Defence(
            of=("of-z",),
            answer=r"The augmentation acts on representations, $T_\theta z$, as Proposition 5.2 needs it.",
            reply=(
                holds_added(
                    "Granted: then inputs of one representation have one tangent space",
                    "of-z-equivariant",
                ),
                refuted(
                    "but an augmentation acts on images, and an encoder need not carry it over to representations",
                    "of-z",
                ),
            ),
        ),
    ),
    titles={
        "subspace": "A linear subspace, as a function of the input",
        "one-sided": "A linear subspace, as the span of one-sided derivatives",
        "of-z": "One tangent space for all inputs of a representation",
        "fibre": "The span over all inputs of one representation",
        "of-z-equivariant": "One tangent space, if augmentation acts on representations",
    },
    part_titles={"of-z": "When the tangent space is a function of z"},
)
