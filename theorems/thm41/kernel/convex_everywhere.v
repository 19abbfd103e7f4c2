(** Losses whose Hessian is positive semidefinite everywhere, as that of squared error: behind linear heads they do
    not repel from a critical collapse; behind ReLU heads, at a kink, they can. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth intervals real_functions.
From Geometry.thm41 Require Import layers collapse convex_flow convex_flow_met refuted_repelling.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** A C^2 function whose Hessian is positive semidefinite everywhere is convex. *)
Lemma psd_convex (k : nat) (L : vec k -> R) : (forall u, C2 L u) -> (forall u, psd (hess L u)) ->
  forall u, convex_near L u.
Proof.
move=> LC pos u; exists (fun=> True); split; first exact: near_all.
move=> x y t _ _ tb; split=> //; set v := subv y x.
pose gamma s := addv x (scalev s v).
pose phi s := L (gamma s); pose dphi s := dot (grad L (gamma s)) v.
have vel s : has_velocity gamma s v by move=> i; rewrite /gamma /addv /scalev; auto_derive => //; ring.
have D s : is_derive phi s (dphi s) by apply: chain_rule (vel s); exact: C2_C1.
have DD s : is_derive dphi s (form (hess L (gamma s)) v v).
  have E : form (hess L (gamma s)) v v = \sum_(j < k) (dot (grad (partial L j) (gamma s)) v * v j).
    rewrite /form /dot /mulv /hess /grad.
    have -> : \sum_(i < k) (v i * \sum_(j < k) (partial (partial L j) i (gamma s) * v j)) =
        \sum_(i < k) \sum_(j < k) (partial (partial L j) i (gamma s) * v i * v j).
      by apply: eq_sum => i; rewrite mulr_sum; apply: eq_sum => j; ring.
    by rewrite exchange_sum; apply: eq_sum => j; rewrite mull_sum.
  rewrite E; apply: (is_derive_sum (F := fun j r => grad L (gamma r) j * v j)) => j.
  have := is_derive_scal _ _ (v j) _ (chain_rule ((LC (gamma s)).2 j) (vel s)).
  rewrite /scal /= /mult /= [v j * _]Rmult_comm; apply: is_derive_ext => r; rewrite /grad /=; ring.
have up s r : s <= r -> dphi s <= dphi r.
  by move=> sr; apply: (increasing (I := fun=> True) _ (fun x _ => DD x)) => // x0 _ _; exact: pos.
have [t0 t1] := tb.
have [a [ab ea]] := mean_value (I := fun=> True) (fun _ _ _ _ _ _ => I) (fun x _ => D x) I I t0.
have [b [bb eb]] := mean_value (I := fun=> True) (fun _ _ _ _ _ _ => I) (fun x _ => D x) I I t1.
have p0 : phi 0 = L x by congr L; apply: functional_extensionality => i; rewrite /gamma /addv /scalev; ring.
have p1 : phi 1 = L y.
  by congr L; apply: functional_extensionality => i; rewrite /gamma /addv /scalev /v /subv; ring.
have le := up a b; have {}le : dphi a <= dphi b by apply: le; lra.
rewrite -/(phi t) -p0 -p1.
have q : 0 <= t * (1 - t) by apply: Rmult_le_pos; lra.
have := Rmult_le_compat_l _ _ _ q le.
have -> : t * (1 - t) * dphi a = (1 - t) * (phi t - phi 0) by rewrite ea; ring.
have -> : t * (1 - t) * dphi b = t * (phi 1 - phi t) by rewrite eb; ring.
lra.
Qed.

(** Reading `1-non-repelling-everywhere`: with a linear (affine) head and a C^2 loss whose Hessian is positive
    semidefinite everywhere, gradient flow of L o h does not move away from a critical collapse [z]. *)
Theorem reading_1_non_repelling_everywhere (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R)
    (W : mat k d) (b : vec k) (z : vec d) :
  (forall u, C2 L u) -> collapsed enc z -> grad L (affine W b z) <> zerov -> critical L (affine W b) z ->
  (forall u, psd (hess L u)) -> stays (fun y => L (affine W b y)) z.
Proof. by move=> LC _ _ crit pos; apply: part_affine_flow => //; exact: psd_convex. Qed.

(** Its hypotheses can be met: [L(u) = u_1^2 / 2 + u_2] behind [h(z) = (z, 0)] at [z = 0]. *)
Lemma reading_1_non_repelling_everywhere_met :
  exists (enc : unit -> vec 1) (L : vec 2 -> R) (W : mat 2 1) (b : vec 2) (z : vec 1),
    (forall u, C2 L u) /\ collapsed enc z /\ grad L (affine W b z) <> zerov
    /\ critical L (affine W b) z /\ (forall u, psd (hess L u)).
Proof.
exists (fun=> zerov), valley, embedding, zerov, zerov; split; first exact: valley_C2.
split=> //; split; first exact: valley_rho.
split=> [|u v].
  by rewrite /critical jac_affine; apply: valley_critical; rewrite /affine mulv0 /addv /zerov; ring.
have K y : second_order valley (fun u => vec2 (u first) 1)
    (fun _ i j => if i == first then if j == first then 1 else 0 else 0) y.
  split.
  - by apply: all2; rewrite /valley /vec2 /upd /=; auto_derive => //=; field.
  - by apply: all2; apply: all2; rewrite /vec2 /upd /=; auto_derive => //=; ring.
  - by apply: all2; rewrite /vec2 /=; continuity.
  - by apply: all2; apply: all2; rewrite /=; continuity.
rewrite (known_hess (near_all _ K)) /form /dot /mulv !sum2 /=.
by have := Rle_0_sqr (v first); rewrite /Rsqr; lra.
Qed.

(** The sentence of reading `relu-non-repelling-everywhere`: with a multilayer perceptron with ReLU activations and
    a C^2 loss whose Hessian is positive semidefinite everywhere, gradient flow of L o h does not move away from a
    stationary z. *)
Definition sentence_relu_non_repelling_everywhere : Prop :=
  forall (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R) (N : layers k d) (z : vec d),
  let h := head relu N in
  (forall u, C2 L u) -> collapsed enc z -> grad L (h z) <> zerov -> stationary (fun y => L (h y)) z ->
  (forall u, psd (hess L u)) -> stays (fun y => L (h y)) z.

(** Reading `relu-non-repelling-everywhere` is refuted: L(u) = u, h(z) = - |z| at its kink. *)
Theorem refuted_relu_non_repelling_everywhere : ~ sentence_relu_non_repelling_everywhere.
Proof.
move=> S; have [c2 r st _ no] := relu_counterexample; apply: no.
apply: (S unit _ _ (fun _ => zerov) _ _ _ c2 (fun _ => erefl) _ st).
  by rewrite r => /(at_index first); rewrite /vec1 /zerov; lra.
by move=> u v; rewrite (known_hess (near_all _ value_known)) /form /dot /mulv !sum1; lra.
Qed.
