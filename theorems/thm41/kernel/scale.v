(** Losses that do not depend on the length of their argument. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** [L(t u) = L(u)] for all [t > 0]. *)
Definition scale_invariant (k : nat) (L : vec k -> R) : Prop :=
  forall u t, 0 < t -> L (scalev t u) = L u.

Section Euler.
Variables (k : nat) (L : vec k -> R).
Hypothesis inv : scale_invariant L.

Lemma euler_first u : C1 L u -> dot (grad L u) u = 0.
Proof.
move=> LC; have s1 : scalev 1 u = u by apply: functional_extensionality => i; rewrite /scalev; ring.
have := @chain_rule k L (fun t => scalev t u) 1 u; rewrite s1 => /(_ LC) D.
have {}D := is_derive_unique _ _ _ (D _); rewrite -D; last by move=> i; rewrite /scalev; auto_derive => //; ring.
apply: is_derive_unique; apply: (is_derive_ext_loc (fun=> L u)); last exact: is_derive_const.
by exists (mkposreal 1 Rlt_0_1) => t /Rabs_def2 /= [_ b]; rewrite inv //; move: b; rewrite /minus /plus /opp /=; lra.
Qed.

Lemma euler_second u : C2 L u -> mulv (hess L u) u = scalev (-1) (grad L u).
Proof.
move=> LC; apply: functional_extensionality => j.
suff : mulv (hess L u) u j + grad L u j = 0 by rewrite /scalev; lra.
have E : near u (fun y => 0 = \sum_(i < k) (partial L i y * y i)).
  by apply: near_imp (C1_near (C2_C1 LC)) => y /euler_first.
rewrite -(partial_const 0 u j) (partial_ext_near j E) partial_sum => [|i]; last first.
  by apply: C1_mult; [case: LC | exact: C1_coord].
rewrite -(sum_kron j (grad L u)) -sumD; apply: eq_sum => i.
rewrite -(near_point (near_partial_mult j (LC.2 i) (C1_coord i u))) partial_coord.
by rewrite /hess /grad; ring.
Qed.
End Euler.

(** If [L : R^k -> R] is C^2 near [u] and [L(t u) = L(u)] for all [t > 0] and all [u], then, with
    [rho] and [H] the gradient and the Hessian of [L] at [u]: [H u = - rho] and [u^T H u = 0]; where
    [rho != 0], [H] is strictly indefinite; so a positive semidefinite [H] and [rho != 0] exclude each
    other.  (Such a loss is C^2 near [0] only if it is constant there, so [u != 0] need not be assumed.) *)
Theorem part_fact0 (k : nat) (L : vec k -> R) (u : vec k) :
  C2 L u -> scale_invariant L ->
  let H := hess L u in
  let rho := grad L u in
  mulv H u = scalev (-1) rho
  /\ form H u u = 0
  /\ (rho <> zerov -> (exists v, 0 < form H v v) /\ (exists v, form H v v < 0))
  /\ ((forall v, 0 <= form H v v) -> rho = zerov).
Proof.
move=> LC inv H rho; have E := euler_second inv LC; have F := euler_first inv (C2_C1 LC).
rewrite -/H -/rho in E F.
have uHu : form H u u = 0 by rewrite /form E dotZr dotC F; ring.
have E' : mulv (tr H) u = scalev (-1) rho.
  apply: functional_extensionality => i; rewrite -E; apply: eq_sum => j; rewrite /tr.
  by rewrite /H (hess_sym j i LC).
have q x : form H (addv u (scalev x rho)) (addv u (scalev x rho))
    = x * (x * form H rho rho - 2 * dot rho rho).
  rewrite /form mulvD mulvZ dotDl !dotDr !dotZl !dotZr -/(form H u u) uHu E !dotZr.
  by rewrite dot_mulv E' dotZl; ring.
have ind : rho <> zerov -> (exists v, 0 < form H v v) /\ (exists v, form H v v < 0).
  move=> /dot_gt0; set a := dot rho rho => a0; set b := form H rho rho in q.
  pose x := a / (Rabs b + 1); have b0 := Rabs_pos b; have b1 := Rle_abs b.
  have b2 := Rle_abs (- b); rewrite Rabs_Ropp in b2.
  have x0 : 0 < x by apply: Rdiv_lt_0_compat; lra.
  have xb : x * Rabs b <= a.
    have -> : x * Rabs b = a - x by rewrite /x; field; lra.
    by lra.
  have k1 := Rmult_le_compat_l x _ _ (Rlt_le _ _ x0) b1.
  have k2 := Rmult_le_compat_l x _ _ (Rlt_le _ _ x0) b2.
  split.
    exists (addv u (scalev (- x) rho)); rewrite q -/a.
    have -> : - x * (- x * b - 2 * a) = x * (x * b + 2 * a) by ring.
    by apply: Rmult_lt_0_compat => //; lra.
  exists (addv u (scalev x rho)); rewrite q.
  have : 0 < x * (2 * a - x * b) by apply: Rmult_lt_0_compat => //; lra.
  rewrite -/a; lra.
split=> //; split=> //; split=> // psd.
apply: dot_eq0; apply: Rle_antisym; last exact: dot_ge0.
apply: Rnot_lt_le => pos; have [|_ [v]] := ind; last by have := psd v; lra.
by move=> e; rewrite e dot0l in pos; lra.
Qed.
