(** * Fisher matrices about z of two models *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite subspaces differential expansions.
From Geometry.thm53 Require Import finite simplex order rank.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Models.
Variable F : realFieldType.

(** The chain rule: in a finite model q(y | h(z)) the Fisher matrix about z is J^T I_u J, where J is the Jacobian of h at z and I_u the Fisher matrix of q about u = h(z). *)
Theorem fisher_chain d k (Y : finType) (q : 'rV[F]_k -> Y -> F) (h : 'rV[F]_d -> 'rV_k) (z : 'rV_d)
    (J : 'M_(k, d)) (I_u : 'M_k) (I_h : 'M_d) :
  differential h z J -> fisher q (h z) I_u -> fisher (fun z' => q (h z')) z I_h -> I_h = J^T *m I_u *m J.
Proof.
move=> Dh [_ [s Hs ->]] [_ [s' Hs' ->]]; rewrite mulmx_sumr mulmx_suml; apply: eq_bigr => y _.
suff -> : s' y = s y *m J by rewrite trmx_mul -scalemxAr -scalemxAl !mulmxA.
have [a Da ->] := Hs y; have [b Db ->] := Hs' y.
by rewrite -scalemxAl (gradient_unique Db (differential_comp Dh Da)).
Qed.

(** Let I_h = J^T I_u J be the Fisher matrix about z of a model of h(z), and let J vanish on V. Where I_z is nonsingular, rank I_h <= rank I_z - dim V. Nothing else is asked of the two models: neither data processing nor invariance away from z. *)
Theorem reading_models_nonsingular d k m (J : 'M[F]_(k, d)) (I_u : 'M[F]_k) (I_z : 'M[F]_d) (V : 'M[F]_(m, d)) :
  V *m J^T = 0 -> I_z \in unitmx ->
  (\rank (J^T *m I_u *m J))%:Z <= (\rank I_z)%:Z - (\rank V)%:Z.
Proof.
move=> VJ uI; have -> : \rank I_z = d by apply/eqP; rewrite -/(row_full I_z) row_full_unit.
have VK : (V <= ker J)%MS by apply: sub_rows => x /submxP[c ->]; apply/kerP; rewrite -mulmxA VJ mulmx0.
have := mxrankS VK; have := rank_ker J; have := mxrankM_maxr (J^T *m I_u) J.
by move: (\rank (_ *m _)) (\rank J) (\rank (ker J)) (\rank V) => r a b c; lia.
Qed.

(** Its hypotheses are met with J and V other than zero: J = (1, 0), I_u = 1, I_z = 1, and V the line of e_2. *)
Lemma reading_models_nonsingular_met :
  exists (J V : 'M[F]_(1, 2)) (I_z : 'M[F]_2), [/\ V *m J^T = 0, I_z \in unitmx, J != 0 & V != 0].
Proof.
exists (delta_mx 0 0), (delta_mx 0 1), 1%:M; split; first by rewrite trmx_delta mul_delta_mx_0.
- exact: unitmx1.
- by rewrite -mxrank_eq0 mxrank_delta.
- by rewrite -mxrank_eq0 mxrank_delta.
Qed.

(** Where I_h ⪯ I_z and V meets ker I_z in 0 only, the same bound holds for singular I_z. *)
Theorem reading_models_ordered d k m (J : 'M[F]_(k, d)) (I_u : 'M[F]_k) (I_z : 'M[F]_d) (V : 'M[F]_(m, d)) :
  V *m J^T = 0 -> psd I_u -> psd I_z -> J^T *m I_u *m J ⪯ I_z -> (ker I_z :&: V = 0)%MS ->
  (\rank (J^T *m I_u *m J))%:Z <= (\rank I_z)%:Z - (\rank V)%:Z.
Proof.
move=> VJ pu pz le; apply: reading_transversal => //; last by rewrite !mulmxA VJ !mul0mx.
by rewrite -{2}[J]trmxK; apply: psd_congr.
Qed.

(** Its hypotheses are met with a singular I_z and J and V other than zero: J = (1, 0, 0), I_u = 1, I_z = diag(1, 1, 0), and V the line of e_2. *)
Lemma reading_models_ordered_met : exists (J V : 'M[F]_(1, 3)) (I_z : 'M[F]_3),
  [/\ V *m J^T = 0, psd I_z, J^T *m 1%:M *m J ⪯ I_z, (ker I_z :&: V = 0)%MS & [/\ I_z \notin unitmx, J != 0 & V != 0]].
Proof.
pose e i : 'M[F]_(1, 3) := delta_mx 0 i.
have e0 i j : i != j -> e i *m (e j)^T = 0 by move=> ij; rewrite trmx_delta mul_delta_mx_0.
have e1 i : e i *m (e i)^T = 1%:M.
  by rewrite trmx_delta mul_delta_mx; apply/matrixP => a b; rewrite !mxE !ord1.
have pe i : psd ((e i)^T *m e i) by rewrite -{2}[e i]trmxK; apply: psd_gram.
have nz i : e i != 0 by rewrite -mxrank_eq0 mxrank_delta.
exists (e 0), (e 1), ((e 0)^T *m e 0 + (e 1)^T *m e 1); split; first by rewrite e0.
- exact: psdD.
- by rewrite mulmx1 /below addrAC subrr add0r.
- have T : ((e 0)^T *m e 0 + (e 1)^T *m e 1)^T = (e 0)^T *m e 0 + (e 1)^T *m e 1.
    by rewrite linearD /= !trmx_mul !trmxK.
  apply/eqP; rewrite -submx0; apply: sub_rows => x; rewrite sub_capmx => /andP[/kerP k /submxP[c xc]].
  move: k; rewrite xc T mulmxDr !mulmxA -[c *m e 1 *m (e 0)^T]mulmxA e0 // -[c *m e 1 *m (e 1)^T]mulmxA e1.
  by rewrite mulmx0 mul0mx add0r mulmx1 => ->; exact: sub0mx.
split=> //; apply/negP => u; have /eqP := nz (lift 0 (lift 0 0)); apply.
by rewrite -(mulmxK u (e _)) mulmxDr !mulmxA !e0 // !mul0mx addr0 mul0mx.
Qed.


End Models.
