(** Square heads, and heads that are narrower than their input. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry regions quadratic whitening.
From Geometry.prop33 Require Import factor factor_hypotheses isotropic.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** A square matrix that is injective has an inverse. *)
Lemma square_inverse d (B : mat d d) : injective_matrix B ->
  exists A : mat d d, (forall u, mulv B (mulv A u) = u) /\ forall y, mulv A (mulv B y) = y.
Proof.
move=> inj; have [S SE] := orthonormal_columns inj.
exists (mulm S (tr (mulm B S))).
have onto u : mulv B (mulv (mulm S (tr (mulm B S))) u) = u.
  have [y <-] := square_onto SE erefl u.
  have [x xE] : exists x, y = mulv S x.
    have Sinj : injective_matrix S.
      by move=> x Sx; apply: dot_eq0; rewrite -SE Sx mulv0 dot0l.
    have [T TE] := orthonormal_columns Sinj.
    by have [x e] := square_onto TE erefl y; exists x.
  rewrite xE !mulv_mulm; congr (mulv B (mulv S _)).
  apply: functional_extensionality => i.
  transitivity (dot (mulv B (mulv S (@kron d i))) (mulv B (mulv S x))); last by rewrite SE /dot sum_kron.
  by apply: eq_sum => a; rewrite -(mulv_mulm B S (@kron d i)) mulv_kron.
split=> // y; have : mulv B (subv (mulv (mulm S (tr (mulm B S))) (mulv B y)) y) = zerov.
  apply: functional_extensionality => i.
  have sub (u v : vec d) : mulv B (subv u v) i = mulv B u i - mulv B v i.
    by rewrite /mulv -sumB; apply: eq_sum => j; rewrite /subv; ring.
  by rewrite sub onto /zerov; ring.
move=> /inj e; apply: functional_extensionality => i; have := congr1 (fun v => v i) e; rewrite /subv /zerov; lra.
Qed.

(** For [k = d] and a C^2 loss some constant head is isotropic everywhere with a factor [c > 0] if and only if [L] is
    a quadratic polynomial with positive definite Hessian. *)
Theorem part_square (d : nat) (L : vec d -> R) : (forall u, C2 L u) ->
  (exists (W : mat d d) (c : R), 0 < c /\
     forall z, mulm (tr W) (mulm (hess L (mulv W z)) W) = multiple_of_identity d c)
  <-> definite_quadratic L.
Proof.
move=> LC; rewrite part_iff //; split=> [[B [inj [P [b [a [[Ps Pd] E]]]]]]|[P [b [a [Pm E]]]]]; last first.
  exists (@kron d); split; first by move=> y; rewrite identity_mulv.
  by exists P, b, a; split=> // y; rewrite identity_mulv.
have [A [BA AB]] := square_inverse inj.
exists (mulm (tr A) (mulm P A)), (mulv (tr A) b), a; split; last first.
  move=> u; rewrite -{1}(BA u) E (dot_mulv A b); congr (_ / 2 + _ + _).
  by rewrite /form !mulv_mulm (dot_mulv (tr A) u).
split.
  apply: functional_extensionality => i; apply: functional_extensionality => j; rewrite /tr /mulm.
  under eq_sum => l do rewrite mulr_sum.
  rewrite exchange_sum; apply: eq_sum => l; rewrite mulr_sum; apply: eq_sum => m.
  by rewrite {1}Ps /tr; ring.
move=> v v0; rewrite /form !mulv_mulm (dot_mulv (tr A) v); apply: (Pd (mulv A v)) => e.
by apply: v0; rewrite -(BA v) e mulv0.
Qed.

(** For [k < d] the effective Hessian of every constant head is degenerate, whatever the loss: it has a null
    vector. *)
Theorem part_square_narrow (d k : nat) (L : vec k -> R) (W : mat k d) : (k < d)%nat ->
  exists v, v <> zerov /\ forall z, mulv (mulm (tr W) (mulm (hess L (mulv W z)) W)) v = zerov.
Proof.
move=> kd.
have [v [v0 Wv]] : exists v, v <> zerov /\ mulv W v = zerov.
  have [//|none] := Classical_Prop.classic (exists v, v <> zerov /\ mulv W v = zerov); exfalso.
  have inj : injective_matrix W.
    move=> y Wy; have [//|n] := Classical_Prop.classic (y = zerov).
    by case: none; exists y.
  have [S SE] := orthonormal_columns inj; have := width SE.
  by rewrite leqNgt kd.
by exists v; split=> // z; rewrite !mulv_mulm Wv !mulv0.
Qed.

(** Reading `narrow`: if [k < d], [H_eff] is degenerate for every [W]; for every C^2 loss, curved or not. *)
Theorem reading_narrow (d k : nat) (L : vec k -> R) (W : mat k d) : (forall u, C2 L u) -> (k < d)%nat ->
  forall z, exists v, v <> zerov /\ mulv (effective L (mulv W) z) v = zerov.
Proof.
move=> LC kd z; have [v [v0 H]] := part_square_narrow L W kd; exists v; split=> //.
by have := H z; rewrite !mulv_affine effective_affine.
Qed.
