(** * Orbits of augmentations and their tangent spaces *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Geometry Require Import forms subspaces differential.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Orbits.
Variable F : realFieldType.

(** [V] is the tangent space at [t] of the orbit [o]: the image of the differential of [o], with the orbit map [o] taking parameters to representations. *)
Definition tangent_space p d m (o : 'rV[F]_p -> 'rV[F]_d) (t : 'rV_p) (V : 'M_(m, d)) : Prop :=
  exists2 O : 'M_(d, p), differential o t O & (V :=: O^T)%MS.

(** [v] is the velocity at [t] of the orbit [o] when the parameter moves in direction [c]. *)
Definition velocity_along p d (o : 'rV[F]_p -> 'rV[F]_d) (t c : 'rV_p) (v : 'rV_d) : Prop :=
  differential (fun s : 'rV_1 => o (t + s *m c)) 0 v^T.

Lemma tangent_space_unique p d m m' (o : 'rV[F]_p -> 'rV[F]_d) t (V : 'M_(m, d)) (W : 'M_(m', d)) :
  tangent_space o t V -> tangent_space o t W -> (V :=: W)%MS.
Proof.
move=> [A DA VA] [B DB WB]; apply: eqmx_trans VA _; rewrite (differential_unique DA DB).
exact: eqmx_sym.
Qed.

Lemma differential_ext p d (f g : 'rV[F]_p -> 'rV[F]_d) t A :
  (forall s, f s = g s) -> differential f t A -> differential g t A.
Proof. by move=> e Df eps e0; have [dl d0 H] := Df eps e0; exists dl => // v /H; rewrite !e. Qed.

Lemma differential_line p (t c : 'rV[F]_p) (s : 'rV[F]_1) :
  differential (fun s : 'rV_1 => t + s *m c) s c^T.
Proof.
have := differential_affine c^T t s; rewrite trmxK; apply: differential_ext => s'.
exact: addrC.
Qed.

Lemma velocity_differential p d (o : 'rV[F]_p -> 'rV[F]_d) t O c :
  differential o t O -> velocity_along o t c (c *m O^T).
Proof.
move=> Do; rewrite /velocity_along trmx_mul trmxK.
have Dl := differential_line t c 0.
by apply: differential_comp Dl _; rewrite mul0mx addr0.
Qed.

Lemma velocity_unique p d (o : 'rV[F]_p -> 'rV[F]_d) t c v w :
  velocity_along o t c v -> velocity_along o t c w -> v = w.
Proof. by move=> Dv Dw; apply: trmx_inj; apply: differential_unique Dv Dw. Qed.

(** The image of a differential is the set of all velocities. *)
Lemma tangent_spaceP p d m (o : 'rV[F]_p -> 'rV[F]_d) t (V : 'M_(m, d)) v :
  tangent_space o t V -> (v <= V)%MS <-> exists c, velocity_along o t c v.
Proof.
move=> [O Do VO]; rewrite VO; split=> [/submxP[c ->]|[c Dv]].
  by exists c; apply: velocity_differential.
by rewrite (velocity_unique Dv (velocity_differential c Do)) submxMl.
Qed.

End Orbits.
