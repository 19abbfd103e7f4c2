(** The Hessian of a C^2 function is symmetric; the derivative of a gradient along a curve; the second
    derivative of a function along a curve. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Symmetry.
Variable n : nat.
Implicit Types (f : vec n -> R) (x : vec n).

Lemma upd_comm x i j s t : i != j -> upd (upd x i s) j t = upd (upd x j t) i s.
Proof.
move=> ne; apply: functional_extensionality => l; rewrite /upd.
by case: (eqVneq l i) => [->|_]; [rewrite (negbTE ne) | case: eqP].
Qed.

Lemma near_plane x (P : vec n -> Prop) i j : near x P ->
  locally_2d (fun u v => P (upd (upd x i u) j v)) (x i) (x j).
Proof.
move=> /nearP [e H]; exists e => u v ub vb; apply: H => l; rewrite /upd.
case: eqP => [->|_] //; case: eqP => [->|_] //.
by rewrite Rminus_eq_0 Rabs_R0; apply: cond_pos.
Qed.

Lemma hess_sym f x i j : C2 f x -> hess f x i j = hess f x j i.
Proof.
move=> fC; have [->//|ne] := eqVneq i j.
pose F u v := f (upd (upd x i u) j v).
have Fj u v : Derive (fun t => F u t) v = partial f j (upd (upd x i u) j v) by rewrite partial_upd.
have Fi u v : Derive (fun t => F t v) u = partial f i (upd (upd x i u) j v).
  rewrite upd_comm // partial_upd; apply: Derive_ext => t; by rewrite /F upd_comm.
have Fij u v : Derive (fun z => Derive (fun t => F z t) v) u = hess f (upd (upd x i u) j v) i j.
  rewrite /hess upd_comm // partial_upd; apply: Derive_ext => t; by rewrite Fj upd_comm.
have Fji u v : Derive (fun z => Derive (fun t => F t z) u) v = hess f (upd (upd x i u) j v) j i.
  by rewrite /hess partial_upd; apply: Derive_ext => t; rewrite Fi.
have C a b : continuity_2d_pt (fun u v => hess f (upd (upd x i u) j v) a b) (x i) (x j).
  move=> eps; have cH : cont (fun y => hess f y a b) x by apply: C1_cont_partial; case: fC.
  have := near_plane i j (cH _ (locally_ball (hess f x a b : R_UniformSpace) eps)).
  by rewrite /= !upd_same.
have := @Schwarz F (x i) (x j).
rewrite Fij Fji !upd_same; apply.
- have := near_plane i j (C2_near fC).
  apply: locally_2d_impl; apply: locally_2d_forall => u v [y1 y2]; split; [|split; [|split]].
  + move: y1 => /(C1_ex i); rewrite upd_comm // => /ex_partial_upd.
    by apply: ex_derive_ext => t; rewrite /F [in RHS]upd_comm.
  + by move: y1 => /(C1_ex j) /ex_partial_upd.
  + move: (y2 j) => /(C1_ex i); rewrite upd_comm // => /ex_partial_upd.
    by apply: ex_derive_ext => t; rewrite Fj [in RHS]upd_comm.
  + move: (y2 i) => /(C1_ex j) /ex_partial_upd.
    by apply: ex_derive_ext => t; rewrite Fi.
- by apply: continuity_2d_pt_ext (C i j) => u v; rewrite Fij.
- by apply: continuity_2d_pt_ext (C j i) => u v; rewrite Fji.
Qed.

(** (grad f o gamma)' = hess f gamma'. *)
Lemma is_derive_grad f (gamma : R -> vec n) t v i : C2 f (gamma t) -> has_velocity gamma t v ->
  is_derive (fun s => grad f (gamma s) i) t (mulv (hess f (gamma t)) v i).
Proof.
move=> fC gv; rewrite (_ : mulv _ _ _ = dot (grad (partial f i) (gamma t)) v).
  by apply: (chain_rule (f := partial f i)) => //; case: fC.
by apply: eq_sum => j; rewrite hess_sym.
Qed.
End Symmetry.

(** The curve [gamma] is differentiable near the time [t], has there the velocity [v], and the
    acceleration [w]. *)
Definition has_acceleration (n : nat) (gamma : R -> vec n) (t : R) (v w : vec n) : Prop :=
  locally t (fun s => forall i, ex_derive (fun r => gamma r i) s)
  /\ has_velocity gamma t v
  /\ forall i, is_derive (Derive (fun r => gamma r i)) t (w i).

(** The velocity at every time. *)
Definition velocity (n : nat) (gamma : R -> vec n) (s : R) : vec n := fun i => Derive (fun r => gamma r i) s.

(** (f o gamma)'' = gamma'^T (hess f) gamma' + grad f . gamma''. *)
Lemma second_derivative n (f : vec n -> R) (gamma : R -> vec n) t v w :
  C2 f (gamma t) -> has_acceleration gamma t v w ->
  locally t (fun s => is_derive (fun r => f (gamma r)) s (dot (grad f (gamma s)) (velocity gamma s)))
  /\ is_derive (fun s => dot (grad f (gamma s)) (velocity gamma s)) t
     (form (hess f (gamma t)) v v + dot (grad f (gamma t)) w).
Proof.
move=> fC [ex [gv gw]]; split.
  have := curve_near (velocity_cont gv) (C1_near (C2_C1 fC)).
  move=> L; apply: filter_imp (filter_and _ _ ex L) => s [e c].
  by apply: chain_rule => // i; apply: Derive_correct.
rewrite /form /dot -sumD; apply: is_derive_sum => i.
have vi : velocity gamma t i = v i by apply: is_derive_unique; apply: gv.
have D1 := is_derive_grad i fC gv.
have := is_derive_mult (fun s => grad f (gamma s) i) (fun s => velocity gamma s i) t _ _ D1 (gw i) Rmult_comm.
by rewrite /plus /mult /= vi (Rmult_comm _ (v i)).
Qed.
