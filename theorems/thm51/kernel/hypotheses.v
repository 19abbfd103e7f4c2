(** * The hypotheses of the parts of 5.1 can be met *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms subspaces differential orbits.
From Geometry.thm51 Require Import of_z group cone.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Hypotheses.
Variable F : realFieldType.

(** Part of-z: enc(x) = x1 and translations along the first axis act on representations, and V_aug is the whole line. *)
Lemma part_of_z_met :
  exists (enc : 'rV[F]_2 -> 'rV[F]_1) (T : 'rV[F]_1 -> 'rV[F]_2 -> 'rV[F]_2) (O : 'rV[F]_2 -> 'M[F]_1),
  [/\ augmentation enc T 0 O,
      exists S : 'rV[F]_1 -> 'rV[F]_1 -> 'rV[F]_1, forall s x, enc (T s x) = S s (enc x) &
      forall x, \rank (O x)^T = 1%N].
Proof.
exists (@first F), (slide (fun=> 1)), (fun=> 1%:M); split.
- exact: slide_augmentation.
- by exists (fun s z => z + s *m 1%:M) => s x; apply: slide_orbit.
- by move=> x; rewrite mxrank_tr mxrank1.
Qed.

(** Part cone: one parameter that may not be negative. *)
Lemma part_cone_met :
  exists (K : 'rV[F]_1 -> Prop) (o : 'rV[F]_1 -> 'rV[F]_1) (t : 'rV_1) (O : 'M_1),
  [/\ convex_cone K, span K (1%:M : 'M_1) & forall c, K c -> one_sided o t c (c *m O^T)].
Proof. by have [K [o [t [O [h1 h2 h3 _]]]]] := part_cone_no_subspace F; exists K, o, t, O. Qed.

(** The matrices [[1, a], [0, 1]]. *)
Definition shear_matrix (a : F) : 'M[F]_2 := 1%:M + a *: delta_mx 0 1.
Definition shears (g : 'M[F]_2) : Prop := exists a, g = shear_matrix a.

Lemma shearM a b : shear_matrix a *m shear_matrix b = shear_matrix (a + b).
Proof.
rewrite /shear_matrix mulmxDl mul1mx mulmxDr mulmx1 -scalemxAl -scalemxAr mul_delta_mx_0 //.
by rewrite !scaler0 addr0 scalerDl addrA addrAC.
Qed.

(** They form a group whose Lie algebra is spanned by [[0, 1], [0, 0]]; the tangent space is a line at (1, 0), and 0 at (0, 1). *)
Lemma part_of_z_group_met :
  let g : 'rV[F]_(2 * 2) := mxvec (delta_mx 0 1) in
  [/\ group shears, lie_algebra shears g,
      \rank (V_aug g (delta_mx 0 0)) = 1%N & \rank (V_aug g (delta_mx 0 1)) = 0%N].
Proof.
move=> g; have s0 : shear_matrix 0 = 1%:M by rewrite /shear_matrix scale0r addr0.
split.
- split; first by exists 0.
    by move=> _ _ [a ->] [b ->]; exists (a + b); apply: shearM.
  move=> _ [a ->]; have e : shear_matrix a *m shear_matrix (- a) = 1%:M by rewrite shearM subrr.
  have u : shear_matrix a \in unitmx by case: (mulmx1_unit e).
  by split=> //; exists (- a); rewrite -[LHS]mulmx1 -e mulmxA mulVmx // mul1mx.
- move=> xi; split=> [/sub_rVP[a xE]|[c [Gc c0 Dc]]].
    exists (fun s => shear_matrix (s 0 0 * a)); split.
    + by move=> s; eexists.
    + by rewrite mxE mul0r.
    have := differential_affine (mxvec xi)^T (mxvec (1%:M : 'M[F]_2)) 0.
    apply: differential_ext => s; rewrite trmxK /shear_matrix linearD linearZ /= -/g addrC.
    by rewrite {1}[s]mx11_scalar mul_scalar_mx xE scalerA.
  have cst : differential (fun s => mxvec (c s) *m cokermx g) 0 (0 : 'M[F]_(2 * 2, 1)).
    apply: differential_ext (differential_constant (mxvec 1%:M *m cokermx g) 0) => s.
    have [a ->] := Gc s; rewrite /shear_matrix linearD linearZ /= -/g mulmxDl -scalemxAl.
    by rewrite mulmx_coker scaler0 addr0.
  have := differential_comp Dc (differential_linear (cokermx g)^T (mxvec (c 0))).
  rewrite -trmx_mul => D2.
  have D3 : differential (fun s => mxvec (c s) *m cokermx g) 0 (mxvec xi *m cokermx g)^T.
    by apply: differential_ext D2 => s; rewrite trmxK.
  by rewrite submxE -[mxvec xi *m _]trmxK (differential_unique D3 cst) trmx0.
- by rewrite /V_aug actE mul_delta_mx mxrank_delta.
- by rewrite /V_aug actE mul_delta_mx_0 // mxrank0.
Qed.

End Hypotheses.
