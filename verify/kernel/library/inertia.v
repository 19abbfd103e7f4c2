(** The numbers of positive and of negative squares of a form, by subspaces. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite diagonal.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Dimensions.

Variable F : fieldType.

(** Two subspaces of a space of dimension n meet in the dimension they must. *)
Lemma rank_cap_ge m1 m2 n (V : 'M[F]_(m1, n)) (W : 'M[F]_(m2, n)) :
  (\rank V + \rank W <= n + \rank (V :&: W)%MS)%N.
Proof. by rewrite -mxrank_sum_cap leq_add2r rank_leq_col. Qed.

(** Dimension of the part of V that a linear map kills. *)
Lemma rank_kernel_ge m n p (V : 'M[F]_(m, n)) (B : 'M[F]_(n, p)) :
  (\rank V <= \rank (V :&: kermx B)%MS + \rank B)%N.
Proof. by have := rank_cap_ge V (kermx B); rewrite mxrank_ker; have := rank_leq_row B; lia. Qed.

(** A subspace of dimension >= p contains one of dimension p. *)
Lemma subspace_of_rank m n (V : 'M[F]_(m, n)) p : (p <= \rank V)%N ->
  {W : 'M[F]_(p, n) | row_free W & (W <= V)%MS}.
Proof.
move=> pV; exists (\matrix_(i < p) row (widen_ord pV i) (row_base V)).
  apply/row_freeP.
  have /row_freeP[C CE] := row_base_free V.
  exists (C *m \matrix_(i, j) (i == widen_ord pV j)%:R).
  apply/row_matrixP => i; rewrite mulmxA !row_mul rowK -row_mul CE row1 -rowE.
  by apply/rowP => j; rewrite !mxE; congr (_ %:R); apply/eqP/eqP => [/val_inj|->].
apply: submx_trans (_ : row_base V <= V)%MS; last by rewrite eq_row_base.
by apply/row_subP => i; rewrite rowK row_sub.
Qed.

End Dimensions.

Section Inertia.

Variable F : realFieldType.

(** Some subspace of dimension p carries a positive definite form. *)
Definition has_positive n (A : 'M[F]_n) (p : nat) : Prop :=
  exists V : 'M[F]_n, \rank V = p /\ positive_on A V.

Lemma has_positive_mx m n (A : 'M[F]_n) (V : 'M[F]_(m, n)) :
  positive_on A V -> has_positive A (\rank V).
Proof.
move=> pV; exists <<V>>%MS; rewrite mxrank_gen; split=> // x.
by rewrite genmxE; apply: pV.
Qed.

Lemma positive_on_sub m1 m2 n (A : 'M[F]_n) (V : 'M[F]_(m1, n)) (W : 'M[F]_(m2, n)) :
  (W <= V)%MS -> positive_on A V -> positive_on A W.
Proof. by move=> WV pV x xW; apply: pV; apply: submx_trans WV. Qed.

(** A positive definite subspace meets one where the form is not positive in 0. *)
Lemma positive_cap m1 m2 n (A : 'M[F]_n) (V : 'M[F]_(m1, n)) (W : 'M[F]_(m2, n)) :
  positive_on A V -> (forall x : 'rV_n, (x <= W)%MS -> quad A x <= 0) ->
  (\rank V + \rank W <= n)%N.
Proof.
move=> pV nW; have := rank_cap_ge V W.
suff -> : \rank (V :&: W)%MS = 0%N by rewrite addn0.
apply/eqP; rewrite mxrank_eq0 -submx0; apply/row_subP => i.
set x := row i _; have xVW : (x <= V :&: W)%MS by apply: row_sub.
have [xV xW] : (x <= V)%MS /\ (x <= W)%MS by move: xVW; rewrite sub_capmx => /andP[].
have [->|x0] := eqVneq x 0; first exact: sub0mx.
by have := lt_le_trans (pV x xV x0) (nW x xW); rewrite ltxx.
Qed.

Section Diagonalised.

Variables (n : nat) (A P : 'M[F]_n) (D : 'rV[F]_n).
Hypotheses (uP : P \in unitmx) (PD : P *m A *m P^T = diag_mx D).

(** The rows of P at which the diagonal entry satisfies a. *)
Let rows (a : pred F) := rowsub (@enum_val _ [pred i | a (D 0 i)]) P.

Lemma rank_rows a : \rank (rows a) = #|[pred i | a (D 0 i)]|.
Proof.
rewrite /rows rowsubE mxrankMfree ?row_free_unit //.
apply/eqP; apply/row_freeP; exists (rowsub enum_val 1%:M)^T.
apply/matrixP => i j; rewrite !mxE (bigD1 (enum_val i)) //= !mxE eqxx mul1r.
rewrite big1 ?addr0 => [|k ki]; last by rewrite !mxE eq_sym (negPf ki) mul0r.
by congr (_ %:R); rewrite (inj_eq enum_val_inj) eq_sym.
Qed.

Lemma rows_quad a (x : 'rV_n) : (x <= rows a)%MS -> exists w : 'rV_n, [/\ x = w *m P,
  forall j, ~~ a (D 0 j) -> w 0 j = 0 & quad A x = \sum_(i | a (D 0 i)) D 0 i * w 0 i ^+ 2].
Proof.
case/submxP => y ->; rewrite /rows rowsubE mulmxA; set w := y *m _.
have wa j : ~~ a (D 0 j) -> w 0 j = 0.
  move=> aj; rewrite mxE big1 // => i _; rewrite !mxE.
  case: eqP => [ij|_]; last by rewrite mulr0.
  by have := enum_valP i; rewrite inE ij (negPf aj).
exists w; split=> //; rewrite -quad_congr PD quad_diag (bigID (fun i => a (D 0 i))) /=.
by rewrite [X in _ + X]big1 ?addr0 // => j /wa ->; rewrite expr0n mulr0.
Qed.

Lemma rows_positive : positive_on A (rows (fun d => 0 < d)).
Proof.
move=> x /rows_quad[w [-> w0 ->]]; pose f i := D 0 i * w 0 i ^+ 2.
have f0 i : 0 < D 0 i -> 0 <= f i by move=> i0; rewrite mulr_ge0 ?sqr_ge0 ?ltW.
rewrite lt_neqAle (sumr_ge0 _ f0) andbT; apply: contraNneq => /esym/(psumr_eq0P f0) h.
suff -> : w = 0 by rewrite mul0mx.
apply/rowP => j; rewrite [RHS]mxE; case: (boolP (0 < D 0 j)) => [j0|/w0 //].
by apply/eqP; have /eqP := h j j0; rewrite mulf_eq0 sqrf_eq0 gt_eqF.
Qed.

Lemma rows_nonpositive (x : 'rV_n) : (x <= rows (fun d => ~~ (0 < d)%R))%MS -> quad A x <= 0.
Proof.
move=> /rows_quad[w [_ _ ->]]; rewrite -oppr_ge0 -sumrN; apply: sumr_ge0 => i.
by rewrite -leNgt -mulNr => i0; rewrite mulr_ge0 ?sqr_ge0 ?oppr_ge0.
Qed.

Lemma diagonal_positive p : has_positive A p <-> (p <= #|[pred i | 0 < D ord0 i]%R|)%N.
Proof.
split=> [[V [<- pV]]|pD].
  have := positive_cap pV rows_nonpositive; rewrite rank_rows.
  have := cardC [pred i | 0 < D ord0 i]%R; rewrite card_ord => e h.
  by rewrite -(leq_add2r #|[pred i | ~~ (0 < D ord0 i)]%R|) (leq_trans h) // -[X in (X <= _)%N]e.
have [|W fW Wr] := @subspace_of_rank _ _ _ (rows (fun d => 0 < d)) p; first by rewrite rank_rows.
move: fW; rewrite /row_free => /eqP <-; apply: has_positive_mx.
exact: positive_on_sub rows_positive.
Qed.

End Diagonalised.

(** Whether such a subspace exists is decidable. *)
Lemma has_positive_dec n (A : 'M[F]_n) p : {has_positive A p} + {~ has_positive A p}.
Proof.
pose S := 2%:R^-1 *: (A + A^T).
have qS x : quad S x = quad A x.
  by rewrite quad_mxZ quad_mxD quad_tr; field.
have sS : sym S by apply: symZ; rewrite /sym linearD /= trmxK addrC.
have [P [D uP PD]] := congruent_diagonal sS.
have h : has_positive A p <-> has_positive S p.
  by split=> -[V [r pV]]; exists V; split=> // x xV x0; have := pV x xV x0; rewrite qS.
case: (boolP (p <= #|[pred i | 0 < D ord0 i]%R|)%N) => hp; [left|right].
  by apply/h/(diagonal_positive uP PD).
by move/h/(diagonal_positive uP PD); apply/negP.
Qed.

(** [n_plus A], the number n_+(A) of the text: the largest dimension of a
    subspace on which the form of A is positive definite. *)
Definition n_plus n (A : 'M[F]_n) : nat :=
  \max_(p < n.+1 | has_positive_dec A p) p.

(** [n_minus A], the number n_-(A): the largest dimension of a subspace on
    which the form of -A is positive definite, that of A negative definite. *)
Definition n_minus n (A : 'M[F]_n) : nat := n_plus (- A).

Lemma n_plus_ge n (A : 'M[F]_n) p : has_positive A p -> (p <= n_plus A)%N.
Proof.
move=> hp; have pn : (p < n.+1)%N by case: hp => V [<- _]; rewrite ltnS rank_leq_col.
by rewrite /n_plus (bigD1 (Ordinal pn)) /= ?leq_maxl //; case: has_positive_dec.
Qed.

Lemma n_plus_has n (A : 'M[F]_n) : has_positive A (n_plus A).
Proof.
rewrite /n_plus; elim/big_ind: _ => [|p q hp hq|p].
- exists 0; split=> [|x]; first exact: mxrank0.
  by rewrite submx0 => /eqP ->; rewrite eqxx.
- by rewrite /maxn; case: ifP.
by case: has_positive_dec.
Qed.

(** n_+ is the largest dimension of a positive definite subspace. *)
Theorem n_plusP n (A : 'M[F]_n) p : n_plus A = p <->
  (exists V : 'M[F]_n, \rank V = p /\ positive_on A V) /\
  (forall V : 'M[F]_n, positive_on A V -> (\rank V <= p)%N).
Proof.
split=> [<-|[hp h]].
  by split=> [|V pV]; [apply: n_plus_has | apply: n_plus_ge; exists V].
apply/eqP; rewrite eqn_leq n_plus_ge // andbT.
by have [V [<- pV]] := n_plus_has A; apply: h.
Qed.

(** n_- is the largest dimension of a negative definite subspace. *)
Theorem n_minusP n (A : 'M[F]_n) p : n_minus A = p <->
  (exists V : 'M[F]_n, \rank V = p /\ negative_on A V) /\
  (forall V : 'M[F]_n, negative_on A V -> (\rank V <= p)%N).
Proof.
have e V : positive_on (- A) V <-> negative_on A V.
  by split=> h x xV x0; have := h x xV x0; rewrite quad_mxN oppr_gt0.
split=> [/n_plusP[[V [rV pV]] h]|[[V [rV pV]] h]].
  by split=> [|W /e]; [exists V; split=> //; apply/e | apply: h].
by apply/n_plusP; split=> [|W /e]; [exists V; split=> //; apply/e | apply: h].
Qed.

Lemma positive_leq m n (A : 'M[F]_n) (V : 'M[F]_(m, n)) :
  positive_on A V -> (\rank V <= n_plus A)%N.
Proof. by move=> pV; apply/n_plus_ge/has_positive_mx. Qed.

Lemma negative_leq m n (A : 'M[F]_n) (V : 'M[F]_(m, n)) :
  negative_on A V -> (\rank V <= n_minus A)%N.
Proof.
by move=> nV; apply: positive_leq => x xV x0; rewrite quad_mxN oppr_gt0; apply: nV.
Qed.

(** p <= n_+(A): some p independent rows span a positive definite subspace. *)
Lemma leq_n_plusP n (A : 'M[F]_n) p : reflect
  (exists B : 'M[F]_(p, n), row_free B /\ pd (B *m (2%:R^-1 *: (A + A^T)) *m B^T))
  (p <= n_plus A)%N.
Proof.
have qS (x : 'rV_n) : quad (2%:R^-1 *: (A + A^T)) x = quad A x.
  by rewrite quad_mxZ quad_mxD quad_tr; field.
have sS : sym (2%:R^-1 *: (A + A^T)) by apply: symZ; rewrite /sym linearD /= trmxK addrC.
apply: (iffP idP) => [pA|[B [fB [_ pB]]]].
  have [V [rV pV]] := n_plus_has A; rewrite -rV in pA.
  have [B fB BV] := subspace_of_rank pA; exists B; split=> //.
  split=> [|x x0]; first exact: sym_congr.
  rewrite quad_congr qS; apply: pV; first exact: submx_trans (submxMl _ _) BV.
  by apply: contraNneq x0 => xB; apply/eqP; apply: (row_free_inj fB); rewrite mul0mx.
rewrite -(eqP fB); apply: positive_leq => x /submxP[y ->] yB.
rewrite -qS -quad_congr; apply: pB.
by apply: contraNneq yB => ->; rewrite mul0mx.
Qed.

Lemma leq_n_plus_symP n (A : 'M[F]_n) p : sym A -> reflect
  (exists B : 'M[F]_(p, n), row_free B /\ pd (B *m A *m B^T)) (p <= n_plus A)%N.
Proof.
move=> sA; suff e : 2%:R^-1 *: (A + A^T) = A by have := leq_n_plusP A p; rewrite e.
by rewrite sA -mulr2n -scaler_nat scalerA mulVf ?scale1r // pnatr_eq0.
Qed.

End Inertia.
