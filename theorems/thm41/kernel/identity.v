(** The effective Hessian is the Gauss-Newton term plus the interaction term. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** For C^2 maps [h : R^d -> R^k] and [L : R^k -> R] and every point [z], the Hessian of [L o h] at [z]
    is [G + M] with [G = J^T H J] and [M = sum_a rho_a hess h_a], where [J] is the Jacobian of [h] at [z]
    and [rho], [H] are the gradient and the Hessian of [L] at [h z].  It is enough that [h] is C^2 near
    [z] and [L] near [h z]. *)
Theorem part_identity (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (z : vec d) :
  C2map h z -> C2 L (h z) ->
  hess (fun w => L (h w)) z =
  addm (mulm (tr (jac h z)) (mulm (hess L (h z)) (jac h z)))
       (fun i j => \sum_(a < k) (grad L (h z) a * hess (comp h a) z i j)).
Proof. exact: effective_split. Qed.

(** The same along lines: for every direction [v], the second derivative of [t |-> L(h(z + t v))] at [t = 0]
    is [v^T G v + v^T M v]. *)
Theorem part_identity_lines (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (z v : vec d) :
  C2map h z -> C2 L (h z) ->
  is_derive_n (fun t => L (h (addv z (scalev t v)))) 2 0
              (form (gauss_newton L h z) v v + form (interaction L h z) v v).
Proof.
move=> hC LC; pose gamma t := addv z (scalev t v).
have g0 : gamma 0 = z by apply: functional_extensionality => i; rewrite /gamma /addv /scalev; ring.
have D i t : is_derive (fun s => gamma s i) t (v i).
  by rewrite /gamma /addv /scalev; auto_derive => //; ring.
have acc : has_acceleration gamma 0 v zerov.
  split; first by apply: filter_forall => s i; exists (v i).
  split; first by move=> i; exact: D.
  move=> i; apply: (is_derive_ext (fun=> v i)); last exact: is_derive_const.
  by move=> s; rewrite (is_derive_unique _ _ _ (D i s)).
have fC : C2 (fun w => L (h w)) (gamma 0) by rewrite g0; apply: C2_comp.
have [D1 D2] := second_derivative fC acc.
move: D2; rewrite dot0r Rplus_0_r g0 -/(effective L h z) effective_split // /form mulv_addm dotDr => D2.
by apply: is_derive_ext_loc D2; apply: filter_imp D1 => s Ds; rewrite /= (is_derive_unique _ _ _ Ds).
Qed.

(** The hypotheses are met, with both terms different from zero, by [h(z) = z^2] and [L(u) = u^2] at [z = 1]. *)
Lemma part_identity_met :
  exists (L : vec 1 -> R) (h : vec 1 -> vec 1) (z : vec 1),
    C2map h z /\ C2 L (h z) /\ gauss_newton L h z ord0 ord0 = 8 /\ interaction L h z ord0 ord0 = 4.
Proof.
pose q (u : vec 1) := u ord0 * u ord0.
have qC x : C2 q x by apply: C2_mult; apply: C2_coord.
have dq x : partial q ord0 x = 2 * x ord0.
  by apply: is_derive_unique; rewrite /q /upd eqxx; auto_derive => //; ring.
have ddq x : hess q x ord0 ord0 = 2.
  rewrite /hess (partial_ext (g := fun y => 2 * y ord0)) //.
  by apply: is_derive_unique; rewrite /upd eqxx; auto_derive => //; ring.
exists q, (fun z _ => q z), (fun=> 1); split; first by move=> a; exact: qC.
split; first exact: qC.
split.
  rewrite /gauss_newton /mulm /tr !big_ord_recl !big_ord0 /jac /comp ddq !dq; ring.
rewrite /interaction !big_ord_recl !big_ord0 /grad /comp dq ddq /q; ring.
Qed.
