(** The hypotheses of the readings about convex losses can be met, with [rho != 0]. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth real_functions.
From Geometry.thm41 Require Import layers collapse convex_flow.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The loss [u_1^2 / 2 + u_2] of the plane. *)
Definition valley (u : vec 2) : R := / 2 * (u ord0 * u ord0) + u ord_max.
(** The embedding [z |-> (z, 0)] of the line. *)
Definition embedding : mat 2 1 := fun a _ => if a == ord0 then 1 else 0.

Lemma valley_C2 u : C2 valley u.
Proof.
by apply: C2_plus; [apply: C2_scal; apply: C2_mult; exact: C2_coord | exact: C2_coord].
Qed.

Lemma valley_convex u : convex_near valley u.
Proof.
exists (fun=> True); split; first by apply: filter_forall.
move=> x y t _ _ [t0 t1]; split=> //; rewrite /valley /addv /scalev /subv.
have p : 0 <= t * (1 - t) by apply: Rmult_le_pos; lra.
have := Rmult_le_pos _ _ p (Rle_0_sqr (x ord0 - y ord0)); rewrite /Rsqr; lra.
Qed.

Lemma valley_grad u : partial valley ord0 u = u ord0 /\ partial valley ord_max u = 1.
Proof. by split; apply: is_derive_unique; rewrite /valley /upd /=; auto_derive => //; field. Qed.

Lemma valley_critical (u : vec 2) : u ord0 = 0 -> mulv (tr embedding) (grad valley u) = zerov.
Proof.
move=> u0; apply: functional_extensionality => i; rewrite /mulv !big_ord_recl big_ord0 /tr /embedding /grad /=.
by rewrite (valley_grad u).1 u0 /zerov; ring.
Qed.

Lemma valley_rho u : grad valley u <> zerov.
Proof. by move=> /(congr1 (fun v => v ord_max)); rewrite /grad (valley_grad u).2 /zerov; lra. Qed.

(** [L(u) = u_1^2 / 2 + u_2] behind [h(z) = (z, 0)] at [z = 0]. *)
Lemma reading_1_non_repelling_convex_met :
  exists (enc : unit -> vec 1) (L : vec 2 -> R) (W : mat 2 1) (b : vec 2) (z : vec 1),
    C2 L (affine W b z) /\ collapsed enc z /\ grad L (affine W b z) <> zerov
    /\ critical L (affine W b) z /\ convex_near L (affine W b z).
Proof.
exists (fun=> zerov), valley, embedding, zerov, zerov; split; first exact: valley_C2.
split=> //; split; first exact: valley_rho.
split; last exact: valley_convex.
by rewrite /critical jac_affine; apply: valley_critical; rewrite /affine mulv0 /addv /zerov; ring.
Qed.

(** The head [z |-> (relu(z + 1) - 1, 0)] with one hidden unit. *)
Definition shifted_unit : layers 2 1 :=
  @Layer 2 1 1 (fun _ _ => 1) (fun=> 1) (@Last 2 1 embedding (fun a => if a == ord0 then -1 else 0)).

(** [L(u) = u_1^2 / 2 + u_2] behind the ReLU head [z |-> (relu(z + 1) - 1, 0)], which near [z = 0] is the map
    [z |-> (z, 0)]. *)
Lemma reading_relu_non_repelling_convex_met :
  exists (enc : unit -> vec 1) (L : vec 2 -> R) (N : layers 2 1) (z : vec 1), let h := head relu N in
    C2 L (h z) /\ collapsed enc z /\ grad L (h z) <> zerov /\ critical L h z
    /\ inside_cell h z /\ convex_near L (h z).
Proof.
exists (fun=> zerov), valley, shifted_unit, zerov => h.
have E : near (zerov : vec 1) (fun y => h y = affine embedding zerov y).
  apply/nearP; exists (mkposreal 1 Rlt_0_1) => y yb; apply: functional_extensionality => a.
  have /Rabs_def2 /= [_ y0] := yb ord0; rewrite /zerov Rminus_0_r in y0.
  rewrite /h /shifted_unit /head /affine /activate /addv /mulv /embedding /zerov !big_ord_recl !big_ord0 /=.
  rewrite relu_pos; last by lra.
  by case: ifP => _; ring.
have h0 := near_point E.
split; first exact: valley_C2.
split=> //; split; first exact: valley_rho.
split.
  rewrite /critical (_ : jac h zerov = embedding).
    by apply: valley_critical; rewrite h0 /affine mulv0 /addv /zerov; ring.
  rewrite -[RHS](jac_affine embedding zerov zerov).
  apply: functional_extensionality => a; apply: functional_extensionality => i.
  by apply: partial_ext_near; apply: near_imp E => y e; rewrite /comp e.
by split; [exists embedding, zerov | exact: valley_convex].
Qed.
