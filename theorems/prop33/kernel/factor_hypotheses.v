(** The hypotheses of the part [factor] of 3.3: they can be met, and none of the two can be dropped. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth symmetry elementary regions.
From Geometry.prop33 Require Import factor.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The whole space. *)
Definition everywhere (d : nat) : vec d -> Prop := fun=> True.

Lemma everywhere_open d : open_set (@everywhere d).
Proof. by move=> z _; apply: filter_forall. Qed.

Lemma everywhere_connected d : connected_set (@everywhere d).
Proof. exact: convex_connected. Qed.

Lemma identity_mulv d (z : vec d) : mulv (@kron d) z = z.
Proof. by apply: functional_extensionality => i; rewrite /mulv sum_kron. Qed.

Lemma identity_conjugate d (A : mat d d) : mulm (tr (@kron d)) (mulm A (@kron d)) = A.
Proof.
apply: functional_extensionality => i; apply: functional_extensionality => j; rewrite /mulm /tr.
rewrite (eq_sum (G := fun l => kron i l * (\sum_(m < d) (kron j m * A l m)))) ?sum_kron ?sum_kron // => l.
by rewrite (kronC l i); congr (_ * _); apply: eq_sum => m; rewrite (kronC m j); ring.
Qed.

(** Half the squared length. *)
Definition half_length (d : nat) (u : vec d) : R := / 2 * dot u u.

Lemma half_length_C2 d (u : vec d) : C2 (@half_length d) u.
Proof. by apply: C2_scal; apply: C2_sum => i; apply: C2_mult; exact: C2_coord. Qed.

Lemma partial_half_length d (u : vec d) i : partial (@half_length d) i u = u i.
Proof.
rewrite /half_length partialZ; last by apply: C1_sum => j; apply: C1_mult; exact: C1_coord.
rewrite /dot partial_sum => [|j]; last by apply: C1_mult; exact: C1_coord.
rewrite (eq_sum (G := fun j => kron i j * (2 * u j))) ?sum_kron; first by field.
by move=> j; rewrite -(near_point (near_partial_mult i (C1_coord j u) (C1_coord j u))) partial_coord; ring.
Qed.

Lemma hess_half_length d (u : vec d) : hess (@half_length d) u = multiple_of_identity d 1.
Proof.
apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /hess (partial_ext (g := fun y => y j)) => [|y]; last exact: partial_half_length.
by rewrite partial_coord /multiple_of_identity Rmult_1_r.
Qed.

(** The hypotheses are met, for every [d >= 2], by [L(u) = |u|^2 / 2], [W = I] and the whole space. *)
Lemma part_factor_met (d : nat) : exists (L : vec d -> R) (W : mat d d) (U : vec d -> Prop) (c : vec d -> R),
  open_set U /\ connected_set U /\ (exists z, U z) /\ (forall z, U z -> C2 L (mulv W z))
  /\ (forall z, U z -> 0 < c z)
  /\ forall z, U z -> mulm (tr W) (mulm (hess L (mulv W z)) W) = multiple_of_identity d (c z).
Proof.
exists (@half_length d), (@kron d), (@everywhere d), (fun=> 1).
split; first exact: everywhere_open.
split; first exact: everywhere_connected.
split; first by exists zerov.
split; first by move=> z _; exact: half_length_C2.
split; first by move=> z _; lra.
by move=> z _; rewrite identity_conjugate hess_half_length.
Qed.

(** In one dimension the factor need not be constant: [L = exp], [W = 1], [c(z) = exp z]. *)
Lemma part_factor_needs_dimension : exists (L : vec 1 -> R) (W : mat 1 1) (U : vec 1 -> Prop) (c : vec 1 -> R),
  open_set U /\ connected_set U /\ (exists z, U z) /\ (forall z, U z -> C2 L (mulv W z))
  /\ (forall z, U z -> 0 < c z)
  /\ (forall z, U z -> mulm (tr W) (mulm (hess L (mulv W z)) W) = multiple_of_identity 1 (c z))
  /\ exists x y, U x /\ U y /\ c x <> c y.
Proof.
exists (fun u => exp (u ord0)), (@kron 1), (@everywhere 1), (fun z => exp (z ord0)).
split; first exact: everywhere_open.
split; first exact: everywhere_connected.
split; first by exists zerov.
split; first by move=> z _; apply: C2_lift; exact: C2fun_exp.
split; first by move=> z _; exact: exp_pos.
split.
  move=> z _; rewrite identity_conjugate identity_mulv.
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  by rewrite hess_lift !Derive_exp /multiple_of_identity !ord1 /kron eqxx; ring.
exists (fun=> 0), (fun=> 1); split=> //; split=> //; have := exp_increasing 0 1; lra.
Qed.

(** Nor can it be dropped that the metric is a Hessian: for every [d >= 1] the metric of the sphere,
    [g(u) = 4 / (1 + |u|^2)^2 I], is C^2 and positive definite, [W = I] makes it isotropic everywhere, and
    the factor is not constant. *)
Lemma part_factor_needs_hessian (r : nat) : let d := r.+1 in
  exists (g : vec d -> mat d d) (W : mat d d) (c : vec d -> R),
    (forall i j u, C2 (fun w => g w i j) u)
    /\ (forall u, g u = tr (g u) /\ positive_definite (g u))
    /\ (forall z, 0 < c z)
    /\ (forall z, mulm (tr W) (mulm (g (mulv W z)) W) = multiple_of_identity d (c z))
    /\ exists x y, c x <> c y.
Proof.
move=> d; pose c (u : vec d) := 4 * / ((1 + dot u u) * (1 + dot u u)).
have pos (u : vec d) : 0 < 1 + dot u u by have := dot_ge0 u; lra.
have c0 u : 0 < c u.
  by apply: Rmult_lt_0_compat; [lra | apply: Rinv_0_lt_compat; apply: Rmult_lt_0_compat].
exists (fun u => multiple_of_identity d (c u)), (@kron d), c; split.
  move=> i j u; apply: C2_scal; apply: C2_scal.
  apply: (C2_fun (s := fun x => / (x * x)) (f := fun w : vec d => 1 + dot w w)).
    apply: C2_plus; first exact: C2_const.
    by apply: C2_sum => l; apply: C2_mult; exact: C2_coord.
  apply: (C2fun_at_ext (pos u) (df := fun x => - 2 / (x * x * x)) (ddf := fun x => 6 / (x * x * x * x))) => x x0.
  - by auto_derive; [apply: Rgt_not_eq; nra | field; lra].
  - auto_derive; last by field; lra.
    by apply: Rgt_not_eq; apply: Rmult_lt_0_compat => //; nra.
  - apply: (ex_derive_continuous (fun x => 6 / (x * x * x * x))); auto_derive.
    by apply: Rgt_not_eq; apply: Rmult_lt_0_compat => //; apply: Rmult_lt_0_compat => //; nra.
split.
  move=> u; split.
    apply: functional_extensionality => i; apply: functional_extensionality => j.
    by rewrite /tr /multiple_of_identity kronC.
  move=> v v0; rewrite /form (_ : mulv _ v = scalev (c u) v).
    by rewrite dotZr; apply: Rmult_lt_0_compat => //; exact: dot_gt0.
  apply: functional_extensionality => i; rewrite /mulv /multiple_of_identity /scalev.
  by rewrite (eq_sum (G := fun j => kron i j * (c u * v j))) ?sum_kron // => j; ring.
split=> //; split; first by move=> z; rewrite identity_conjugate identity_mulv.
exists zerov, (kron ord0); rewrite /c dot0l /dot sum_kron /kron eqxx; lra.
Qed.
