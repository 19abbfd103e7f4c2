(** The readings of 3.3 that hold for square heads. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth symmetry regions quadratic whitening.
From Geometry.prop33 Require Import factor factor_hypotheses isotropic square refuted_barrier.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma grad_quadratic (d : nat) (P : mat d d) (b : vec d) (a : R) (u : vec d) j : P = tr P ->
  partial (fun u => form P u u / 2 + dot b u + a) j u = mulv P u j + b j.
Proof.
move=> Ps; apply: is_derive_unique.
have K l : is_derive (fun t => upd u j t l) (u j) (kron j l).
  by have := is_derive_partial (C1_ex j (C1_coord l u)); rewrite partial_coord.
have A i : is_derive (fun t => mulv P (upd u j t) i) (u j) (P i j).
  have := is_derive_sum (fun l => is_derive_scal _ _ (P i l) _ (K l)).
  rewrite (_ : \sum_(l < d) _ = P i j); first exact: id.
  by rewrite -[RHS](sum_kron j (P i)); apply: eq_sum => l; rewrite Rmult_comm.
have F : is_derive (fun t => form P (upd u j t) (upd u j t)) (u j) (2 * mulv P u j).
  have -> : 2 * mulv P u j = \sum_(i < d) (kron j i * mulv P u i + u i * P i j).
    rewrite sumD sum_kron (_ : \sum_(i < d) (u i * P i j) = mulv P u j); first by ring.
    by apply: eq_sum => i; rewrite {1}Ps /tr; ring.
  apply: is_derive_sum => i.
  have := is_derive_mult _ _ _ _ _ (K i) (A i) Rmult_comm.
  by rewrite /plus /mult /= !upd_same.
have D := is_derive_partial (C1_ex j (C2_C1 (C2_dot b u))).
rewrite -/(grad (dot b) u j) grad_dot in D.
have := is_derive_plus _ _ _ _ _ (is_derive_plus _ _ _ _ _ (is_derive_scal _ _ (/ 2) _ F) D) (is_derive_const a (u j)).
rewrite /plus /zero /scal /= /mult /= Rplus_0_r => G.
have -> : mulv P u j + b j = / 2 * (2 * mulv P u j) + b j by field.
by apply: is_derive_ext G => t /=; rewrite /Rdiv; ring.
Qed.

Lemma hess_quadratic (d : nat) (L : vec d -> R) (P : mat d d) (b : vec d) (a : R) : P = tr P ->
  (forall u, L u = form P u u / 2 + dot b u + a) -> forall u, hess L u = P.
Proof.
move=> Ps E u; apply: functional_extensionality => i; apply: functional_extensionality => j.
have G y : partial L j y = dot (P j) y + b j.
  by rewrite (partial_ext _ _ E) grad_quadratic.
rewrite /hess (partial_ext _ _ G).
rewrite -(near_point (near_partial_plus i (C2_C1 (C2_dot (P j) u)) (C1_const (b j) u))) partial_const Rplus_0_r.
by rewrite -/(grad (dot (P j)) u i) grad_dot {1}Ps.
Qed.

(** A loss with a constant positive definite Hessian is not curved. *)
Lemma constant_flat (k : nat) (L : vec k -> R) (P : mat k k) : (forall u, hess L u = P) ->
  (forall u, positive_definite (hess L u)) -> ~ curved L.
Proof.
move=> HP pd [Gamma [chr [u [l [m [i [j [_ _ nz]]]]]]]].
have G0 v n p q : Gamma v n p q = 0.
  have [_ e] := chr v n p q.
  have z : mulv (hess L v) (fun r => Gamma v r p q) = zerov.
    apply: functional_extensionality => s; have [_ es] := chr v s p q.
    rewrite /mulv es /zerov.
    have c a b r : partial (fun w => hess L w a b) r v = 0.
      by rewrite (partial_ext (g := fun=> P a b)) ?partial_const // => w; rewrite HP.
    by rewrite !c; field.
  have [//|nzv] := Req_dec (Gamma v n p q) 0; exfalso.
  have ne : (fun r => Gamma v r p q) <> zerov by move=> e'; apply: nzv; exact: (congr1 (fun w => w n) e').
  by have := pd v _ ne; rewrite /form z dot0r; lra.
apply: nz; rewrite /riemann.
have P0 a b c r : partial (fun w => Gamma w a b c) r u = 0.
  by rewrite (partial_ext (g := fun=> 0)) ?partial_const.
rewrite !P0 Rminus_0_r Rplus_0_l -[RHS](sum0 k); apply: eq_sum => p.
by rewrite !G0; ring.
Qed.

Lemma multiple_of_identityE (d : nat) (c : R) :
  @refuted_barrier.multiple_of_identity d c = factor.multiple_of_identity d c.
Proof.
apply: functional_extensionality => i; apply: functional_extensionality => j.
by rewrite /refuted_barrier.multiple_of_identity /factor.multiple_of_identity Rmult_comm.
Qed.

(** Reading `square`: if [k = d], no [W] has [H_eff(z) = c I] for all [z] with a constant [c > 0]. *)
Theorem reading_square (d : nat) (L : vec d -> R) :
  (forall u, C2 L u) -> (forall u, positive_definite (hess L u)) -> curved L ->
  forall (W : mat d d) (c : R), 0 < c ->
  ~ forall z, effective L (mulv W) z = @refuted_barrier.multiple_of_identity d c.
Proof.
move=> LC pd cu W c c0 iso.
have [P [b [a [[Ps _] E]]]] : definite_quadratic L.
  apply/(part_square LC); exists W, c; split=> // z.
  by have := iso z; rewrite multiple_of_identityE mulv_affine effective_affine.
exact: (constant_flat (hess_quadratic Ps E) pd cu).
Qed.

(** Reading `square-varying`: if [k = d >= 2], no [W] has [H_eff(z) = c(z) I] for all [z] with [c(z) > 0]. *)
Theorem reading_square_varying (d : nat) (L : vec d -> R) : (1 < d)%nat ->
  (forall u, C2 L u) -> (forall u, positive_definite (hess L u)) -> curved L ->
  forall (W : mat d d) (c : vec d -> R), (forall z, 0 < c z) ->
  ~ forall z, effective L (mulv W) z = @refuted_barrier.multiple_of_identity d (c z).
Proof.
move=> d2 LC pd cu W c c0 iso.
have iso' z : everywhere z ->
    mulm (tr W) (mulm (hess L (mulv W z)) W) = factor.multiple_of_identity d (c z).
  by move=> _; rewrite -multiple_of_identityE -iso !mulv_affine effective_affine.
have [[c1 cE] _] := part_factor d2 (@everywhere_open d) (@everywhere_connected d) (ex_intro _ zerov Logic.I)
  (fun z _ => LC (mulv W z)) (fun z _ => c0 z) iso'.
apply: (reading_square LC pd cu (W := W) (c := c1)); first by rewrite -(cE zerov Logic.I).
by move=> z; rewrite iso cE.
Qed.
