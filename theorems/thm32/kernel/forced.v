(** What is forced along a trajectory: the effective Hessian in the direction of the curve. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** For every C^2 head [h] and loss [L] and every curve [gamma] with the velocity [v] at the time [t]:
    [H_eff gamma' = d/dt (J^T rho)], where [J] is the Jacobian of [h] at [gamma] and [rho] the gradient of
    [L] at [h(gamma)]; and [J] has a derivative [J'] along the curve, with [M gamma' = J'^T rho].
    (This is the first sentence of the part.  The converse, which constructs heads, is not treated here.) *)
Theorem part_forced (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (gamma : R -> vec d) (t : R) (v : vec d) :
  C2map h (gamma t) -> C2 L (h (gamma t)) -> has_velocity gamma t v ->
  (forall i, is_derive (fun s => mulv (tr (jac h (gamma s))) (grad L (h (gamma s))) i) t
                       (mulv (effective L h (gamma t)) v i))
  /\ exists J' : mat k d,
       (forall a i, is_derive (fun s => jac h (gamma s) a i) t (J' a i))
       /\ mulv (interaction L h (gamma t)) v = mulv (tr J') (grad L (h (gamma t))).
Proof.
move=> hC LC gv; split=> [i|].
  apply: (is_derive_ext_loc (fun s => grad (fun w => L (h w)) (gamma s) i)).
    have := curve_near (velocity_cont gv) (near_C1 (C2map_C1map hC) (C2_C1 LC)).
    by apply: filter_imp => s [hs Ls]; rewrite grad_comp.
  by apply: is_derive_grad => //; apply: C2_comp.
exists (fun a i => mulv (hess (comp h a) (gamma t)) v i); split=> [a i|].
  by apply: (is_derive_grad (f := comp h a)).
apply: functional_extensionality => i; rewrite /mulv /interaction /tr.
under eq_sum => j do rewrite mull_sum.
rewrite exchange_sum; apply: eq_sum => a; rewrite mull_sum; apply: eq_sum => j; ring.
Qed.

(** The hypotheses are met, with [M gamma'] different from zero, by [h(z) = z^2], [L(u) = u] and
    [gamma(t) = t] at [t = 0]: there [M gamma' = 2] and [J^T rho] is [2 t]. *)
Lemma part_forced_met :
  exists (L : vec 1 -> R) (h : vec 1 -> vec 1) (gamma : R -> vec 1) (v : vec 1),
    C2map h (gamma 0) /\ C2 L (h (gamma 0)) /\ has_velocity gamma 0 v
    /\ mulv (interaction L h (gamma 0)) v ord0 = 2.
Proof.
pose q (u : vec 1) := u ord0 * u ord0.
have qC x : C2 q x by apply: C2_mult; apply: C2_coord.
have dq x : partial q ord0 x = 2 * x ord0.
  by apply: is_derive_unique; rewrite /q /upd eqxx; auto_derive => //; ring.
exists (fun u => u ord0), (fun z _ => q z), (fun t _ => t), (fun=> 1).
split; first by move=> a; exact: qC.
split; first exact: C2_coord.
split; first by move=> i; auto_derive.
rewrite /mulv /interaction !big_ord_recl !big_ord0 /grad partial_coord /hess /comp.
rewrite (partial_ext (g := fun y => 2 * y ord0)) // partialZ ?partial_coord; last exact: C1_coord.
by rewrite /kron eqxx; ring.
Qed.
