(** 3.1 in algebra: which forms can be pulled back to the identity on S, over
    any real closed field. Vectors are rows: W z is [z *m W^T]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite diagonal inertia sylvester roots.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Whitening.

Variable F : rcfType.

(** The form W^T H W whitens S, of which the columns of Q are an orthonormal
    basis: Q^T W^T H W Q = I. *)
Definition whitens k d s (H : 'M[F]_k) (W : 'M[F]_(k, d)) (Q : 'M[F]_(d, s)) : Prop :=
  Q^T *m (W^T *m H *m W) *m Q = 1%:M.

Variables (k d s : nat) (Q : 'M[F]_(d, s)).
Hypothesis Q1 : Q^T *m Q = 1%:M.

Lemma whitens_rows (H : 'M[F]_k) (W : 'M[F]_(k, d)) :
  whitens H W Q <-> (Q^T *m W^T) *m H *m (Q^T *m W^T)^T = 1%:M.
Proof. by rewrite /whitens trmx_mul !trmxK !mulmxA. Qed.

(** Rows B with B H B^T = I give the head W = B^T Q^T. *)
Lemma whitens_of_rows (H : 'M[F]_k) (B : 'M[F]_(s, k)) :
  B *m H *m B^T = 1%:M -> whitens H (B^T *m Q^T) Q.
Proof. by move=> B1; apply/whitens_rows; rewrite trmx_mul !trmxK mulmxA Q1 mul1mx. Qed.

Lemma whitens_iff (H : 'M[F]_k) : sym H ->
  (exists W, whitens H W Q) <-> (s <= n_plus H)%N.
Proof.
move=> sH; split=> [[W /whitens_rows h]|/(n_plus_orthonormal _ sH)[B hB]].
  by apply/(n_plus_orthonormal _ sH); exists (Q^T *m W^T).
by exists (B^T *m Q^T); apply: whitens_of_rows.
Qed.

(** It is enough that v^T W^T H W v = |v|^2 on S. *)
Lemma whitens_quad (H : 'M[F]_k) (W : 'M[F]_(k, d)) : sym H ->
  whitens H W Q <-> forall v : 'rV_d, (v <= Q^T)%MS -> quad (W^T *m H *m W) v = sqn v.
Proof.
move=> sH; have q y : quad (Q^T *m (W^T *m H *m W) *m Q) y = quad (W^T *m H *m W) (y *m Q^T).
  by rewrite quad_pull.
have n y : sqn (y *m Q^T) = sqn y by rewrite sqn_mul trmxK Q1 quad1.
split=> [h v /submxP[y ->]|h]; first by rewrite -q h quad1 n.
apply: quad_inj => [||y]; [exact/sym_pull/sym_pull | exact: sym1|].
by rewrite q h ?submxMl // quad1 n.
Qed.

Lemma in_span (z : 'rV[F]_d) : (z <= Q^T)%MS -> z *m Q *m Q^T = z.
Proof. by move=> /submxP[y ->]; rewrite -(mulmxA y) Q1 mulmx1. Qed.

(** z outside S: some W with W z = u acts on S as any B. *)
Lemma outside_head (z : 'rV[F]_d) (u : 'rV[F]_k) (B : 'M[F]_(s, k)) :
  ~~ (z <= Q^T)%MS -> exists W : 'M[F]_(k, d), z *m W^T = u /\ Q^T *m W^T = B.
Proof.
move=> zS; pose p := z - z *m Q *m Q^T; pose w := (sqn p)^-1 *: p.
have p0 : p != 0.
  by apply: contraNneq zS => /eqP; rewrite subr_eq0 => /eqP ->; apply: submxMl.
have pQ : p *m Q = 0 by rewrite mulmxBl -(mulmxA _ Q^T) Q1 mulmx1 subrr.
have zp : z *m p^T = (sqn p)%:M.
  rewrite [LHS]mx11_scalar; congr _%:M.
  rewrite -[z](subrK (z *m Q *m Q^T)) addrC -/p mulmxDl mxE.
  by rewrite -(mulmxA _ Q^T) -trmx_mul pQ trmx0 mulmx0 mxE add0r.
pose X := Q *m B + w^T *m (u - z *m Q *m B); exists X^T; rewrite trmxK /X; split.
  rewrite mulmxDr !mulmxA /w linearZ -scalemxAr zp /= scale_scalar_mx mulVf ?sqn_eq0 //.
  by rewrite mul1mx addrC subrK.
by rewrite mulmxDr !mulmxA Q1 mul1mx -trmx_mul /w -scalemxAl pQ scaler0 trmx0 mul0mx addr0.
Qed.

End Whitening.

Section Adapted.

Variable F : rcfType.

(** A unit vector e of a form is completed, within a positive definite
    subspace V of dimension s + 1, by s vectors to an orthonormal system. *)
Lemma adapted n s m (A : 'M[F]_n) (V : 'M[F]_(m, n)) (e : 'rV[F]_n) : sym A ->
  positive_on A V -> \rank V = s.+1 -> quad A e = 1 ->
  exists C : 'M[F]_(s, n), (C <= V)%MS /\ col_mx e C *m A *m (col_mx e C)^T = 1%:M.
Proof.
move=> sA pV rV e1; have := rank_kernel_ge V (A *m e^T).
have r1 : (\rank (A *m e^T) <= 1)%N by apply: leq_trans (rank_leq_col _) _.
rewrite rV => rU; have {}rU : (s <= \rank (V :&: kermx (A *m e^T))%MS)%N by lia.
have [C0 fC0 C0U] := subspace_of_rank rU.
have C0V : (C0 <= V)%MS by apply: submx_trans C0U (capmxSl _ _).
have C0e : C0 *m (A *m e^T) = 0.
  by apply/sub_kermxP; apply: submx_trans C0U (capmxSr _ _).
have pC : pd (C0 *m A *m C0^T).
  split=> [|x x0]; first exact: sym_congr.
  rewrite quad_congr; apply: pV; first exact: submx_trans (submxMl _ _) C0V.
  by apply: contraNneq x0 => xB; apply/eqP; apply: (row_free_inj fC0); rewrite mul0mx.
have [P _ PC] := pd_identity pC; exists (P *m C0); split; first exact: submx_trans (submxMl _ _) C0V.
have Ce : P *m C0 *m A *m e^T = 0 by rewrite -!mulmxA C0e mulmx0.
have eC : e *m A *m (P *m C0)^T = 0.
  have -> : e *m A *m (P *m C0)^T = (P *m C0 *m A *m e^T)^T by rewrite !trmx_mul trmxK sA !mulmxA.
  by rewrite Ce trmx0.
rewrite tr_col_mx mul_col_mx mul_col_row Ce eC.
apply: etrans _ (esym (scalar_mx_block 1 s 1)); congr (block_mx _ _ _ _); first by rewrite [LHS]mx11_scalar -[in RHS]e1.
by rewrite trmx_mul -PC !mulmxA.
Qed.

End Adapted.
