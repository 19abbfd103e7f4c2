(** 3.1 in algebra: strictly linear heads, for any field of symmetric matrices. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite diagonal inertia sylvester roots.
From Geometry.thm31 Require Import whitening.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Linear.

Variable F : rcfType.
Variables (k d s : nat) (Q : 'M[F]_(d, s)).
Hypothesis Q1 : Q^T *m Q = 1%:M.

(** z in S other than zero: the head maps it to u when u^T H u = |z|^2. *)
Lemma inside_head (H : 'M[F]_k) (z : 'rV[F]_d) (u : 'rV[F]_k) : sym H ->
  z != 0 -> (z <= Q^T)%MS -> (s <= n_plus H)%N -> quad H u = sqn z ->
  exists W : 'M[F]_(k, d), z *m W^T = u /\ whitens H W Q.
Proof.
move=> sH z0 zS sn Hu; have zp : 0 < sqn z by rewrite sqn_gt0.
have [a a0 [e e1 ze]] := normalise z0.
have a20 : a != 0 by rewrite gt_eqF.
have za : sqn z = a ^+ 2 by rewrite ze sqnZ e1 mulr1.
have rQ : \rank Q^T = s.
  by apply/eqP; rewrite -/(row_free _); apply/row_freeP; exists Q.
have eQ : (e <= Q^T)%MS by rewrite -(scalerK a20 e) -ze scalemx_sub.
have [t st] : {t | s = t.+1}.
  case: (posnP s) => [s0|]; last by case: (s) => // t _; exists t.
  by have := mxrankS zS; rewrite rQ s0 leqn0 mxrank_eq0 (negPf z0).
have pQ : positive_on (1%:M : 'M[F]_d) Q^T by move=> x _ x0; rewrite quad1 sqn_gt0.
have rQ1 : \rank Q^T = t.+1 by rewrite rQ.
have [|C [CQ C1]] := adapted (e := e) (@sym1 F d) pQ rQ1; first by rewrite quad1.
have [V [rV pV]] : exists V : 'M[F]_k, \rank V = t.+1 /\ positive_on H V.
  have [V [rV pV]] := n_plus_has H; have [|W fW WV] := @subspace_of_rank _ _ _ V t.+1.
    by rewrite rV -st.
  exists <<W>>%MS; rewrite mxrank_gen (eqP fW); split=> // x; rewrite genmxE => xW.
  by apply: pV; apply: submx_trans xW WV.
have He : quad H (a^-1 *: u) = 1 by rewrite quadZ Hu za exprVn mulVf // expf_neq0.
have [D [_ D1]] := adapted sH pV rV He.
pose P := col_mx e C; pose B := col_mx (a^-1 *: u) D; pose W := B^T *m P.
have P1 : P *m P^T = 1%:M by rewrite -C1 mulmx1.
have eP : e *m P^T = row_mx 1%:M 0.
  have e2 : col_mx (e *m P^T) (C *m P^T) = 1%:M by rewrite -mul_col_mx; exact: P1.
  have := congr1 usubmx e2; rewrite col_mxKu => ->.
  by rewrite scalar_mx_block /block_mx col_mxKu.
exists W; split.
  rewrite /W trmx_mul trmxK ze -scalemxAl mulmxA eP mul_row_col mul1mx mul0mx addr0.
  by rewrite scalerA mulfV // scale1r.
apply: (iffRL (whitens_quad Q1 W sH)) => v vQ.
have PQ : (P == Q^T)%MS.
  have PQ : (P <= Q^T)%MS by rewrite col_mx_sub eQ.
  rewrite PQ /= -(geq_leqif (mxrank_leqif_sup PQ)) rQ1.
  by have := mxrankM_maxl P P^T; rewrite P1 mxrank1.
have /submxP[y ->] : (v <= P)%MS by rewrite (eqmxP PQ).
by rewrite quad_pull /W trmx_mul trmxK mulmxA -(mulmxA y) P1 mulmx1 -quad_congr D1 quad1
  sqn_mul P1 quad1.
Qed.

(** The criterion (a), (b), (c) of 3.1 for a field u -> H(u) of symmetric matrices. *)
Theorem linear_iff (H : 'rV[F]_k -> 'M[F]_k) (z : 'rV[F]_d) : (forall u, sym (H u)) ->
  (exists W : 'M[F]_(k, d), whitens (H (z *m W^T)) W Q) <->
  [\/ z = 0 /\ (s <= n_plus (H 0%R))%N,
      ~~ (z <= Q^T)%MS /\ (exists u, (s <= n_plus (H u))%N) |
      [/\ z != 0, (z <= Q^T)%MS & exists u, (s <= n_plus (H u))%N /\ quad (H u) u = sqn z]].
Proof.
move=> sH; split=> [[W hW]|].
  have sn : (s <= n_plus (H (z *m W^T)))%N by apply/(whitens_iff Q1) => //; exists W.
  have [z0|z0] := eqVneq z 0; first by apply: Or31; rewrite z0 mul0mx in sn.
  have [zS|zS] := boolP (z <= Q^T)%MS; last by apply: Or32; split=> //; exists (z *m W^T).
  apply: Or33; split=> //; exists (z *m W^T); split=> //.
  by rewrite -quad_pull; apply: (iffLR (whitens_quad Q1 W (sH _)) hW).
case=> [[-> sn]|[zS [u sn]]|[z0 zS [u [sn Hu]]]].
- have [W hW] : exists W : 'M[F]_(k, d), whitens (H 0) W Q by apply/(whitens_iff Q1).
  by exists W; rewrite mul0mx.
- have /(n_plus_orthonormal _ (sH u))[B hB] := sn.
  have [W [Wz WQ]] := outside_head Q1 u B zS; exists W; rewrite Wz.
  by apply/whitens_rows; rewrite WQ.
have [W [Wz hW]] := inside_head (sH u) z0 zS sn Hu.
by exists W; rewrite Wz.
Qed.

End Linear.
