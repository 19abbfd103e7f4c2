(** The growth of a function of one real variable whose derivative is bounded. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect.
From Coquelicot Require Import Coquelicot.

Open Scope R_scope.

(** A function with derivative <= a (b + c t) on [0, 1] grows by at most a (b + c / 2). *)
Lemma growth (g g' : R -> R) (a b c : R) :
  (forall t, 0 <= t <= 1 -> is_derive g t (g' t)) ->
  (forall t, 0 <= t <= 1 -> g' t <= a * (b + c * t)) ->
  2 * (g 1 - g 0) <= a * (2 * b + c).
Proof.
move=> dg bg; pose f t := g t - a * (b * t + c * (t * t) / 2).
have df t : 0 <= t <= 1 -> is_derive f t (g' t - a * (b + c * t)).
  move=> ht; apply: is_derive_minus; first exact: dg.
  by auto_derive => //; field.
have [|t ht|t [ht e]] := MVT_gen f 0 1 (fun t => g' t - a * (b + c * t)).
- by move=> t ht; apply: df; rewrite Rmin_left ?Rmax_right in ht; lra.
- apply: derivable_continuous_pt; eexists; apply/is_derive_Reals; apply: df.
  by rewrite Rmin_left ?Rmax_right in ht; lra.
rewrite Rmin_left ?Rmax_right in ht; [|lra|lra].
by move: e (bg t ht); rewrite /f; lra.
Qed.
