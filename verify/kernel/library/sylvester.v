(** Sylvester's law of inertia and what follows from it. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite diagonal inertia.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Sylvester.

Variable F : realFieldType.

Lemma n_plus_diagonal n (A P : 'M[F]_n) (D : 'rV[F]_n) :
  P \in unitmx -> P *m A *m P^T = diag_mx D ->
  n_plus A = #|[pred i | 0 < D ord0 i]|.
Proof.
move=> uP PD; apply/eqP; rewrite eqn_leq; apply/andP; split.
  exact/(diagonal_positive uP PD)/n_plus_has.
exact/n_plus_ge/(diagonal_positive uP PD).
Qed.

Lemma n_minus_diagonal n (A P : 'M[F]_n) (D : 'rV[F]_n) :
  P \in unitmx -> P *m A *m P^T = diag_mx D ->
  n_minus A = #|[pred i | D ord0 i < 0]|.
Proof.
move=> uP PD; rewrite /n_minus (n_plus_diagonal (D := - D) uP).
  by apply: eq_card => i; rewrite !inE mxE oppr_gt0.
by rewrite mulmxN mulNmx PD linearN.
Qed.

Lemma rank_diagonal n (A P : 'M[F]_n) (D : 'rV[F]_n) :
  P \in unitmx -> P *m A *m P^T = diag_mx D -> \rank A = \rank (diag_mx D).
Proof.
move=> uP <-; rewrite mxrankMfree ?row_free_unit ?unitmx_tr //.
by rewrite eqmxMfull // row_full_unit.
Qed.

Lemma n_plus_le n (A : 'M[F]_n) : (n_plus A <= n)%N.
Proof. by have [V [<- _]] := n_plus_has A; rewrite rank_leq_col. Qed.

Lemma n_minus_le n (A : 'M[F]_n) : (n_minus A <= n)%N.
Proof. exact: n_plus_le. Qed.

Lemma n_minusN n (A : 'M[F]_n) : n_minus (- A) = n_plus A.
Proof. by rewrite /n_minus opprK. Qed.

(** n_+ + n_- <= n, for any matrix. *)
Theorem n_plus_minus_le n (A : 'M[F]_n) : (n_plus A + n_minus A <= n)%N.
Proof.
rewrite /n_minus; have [V [<- pV]] := n_plus_has A; have [W [<- pW]] := n_plus_has (- A).
apply: positive_cap pV _ => x xW; have [->|x0] := eqVneq x 0; first by rewrite quad0.
by rewrite ltW // -oppr_gt0 -quad_mxN; apply: pW.
Qed.

(** n_+ + n_- is the rank of a symmetric matrix. *)
Theorem n_plus_minus_rank n (A : 'M[F]_n) : sym A -> (n_plus A + n_minus A = \rank A)%N.
Proof.
move=> sA; have [P [D uP PD]] := congruent_diagonal sA.
rewrite (n_plus_diagonal uP PD) (n_minus_diagonal uP PD) (rank_diagonal uP PD).
have rD : \rank (diag_mx D) = #|[pred i | D ord0 i != 0]|.
  pose S := rowsub (@enum_val _ [pred i | D ord0 i != 0]) (diag_mx D).
  have SE i : row i S = D ord0 (enum_val i) *: delta_mx 0 (enum_val i).
    by rewrite row_rowsub row_diag_mx.
  have fS : row_free S.
    apply/row_freeP; exists (\matrix_(j, i) ((D ord0 j)^-1 * (j == enum_val i)%:R)).
    apply/row_matrixP => i; rewrite row_mul SE row1 -scalemxAl -rowE.
    have := enum_valP i; rewrite inE => i0.
    apply/rowP => j; rewrite !mxE eqxx /= mulrA mulfV // mul1r; congr (_ %:R).
    by rewrite (inj_eq enum_val_inj) eq_sym.
  move: fS; rewrite /row_free => /eqP <-; apply/eqmx_rank/andP; split.
    apply/row_subP => i; have [i0|i0] := eqVneq (D ord0 i) 0.
      by rewrite row_diag_mx i0 scale0r sub0mx.
    have iP : i \in [pred i | D ord0 i != 0] by rewrite inE.
    have -> : row i (diag_mx D) = row (enum_rank_in iP i) S.
      by rewrite SE enum_rankK_in // row_diag_mx.
    exact: row_sub.
  by apply/row_subP => i; rewrite row_rowsub row_sub.
rewrite rD -(cardID [pred i | 0 < D ord0 i]%R [pred i | D ord0 i != 0]); congr (_ + _)%N.
  by apply: eq_card => i; rewrite !inE; case: ltgtP.
by apply: eq_card => i; rewrite !inE; case: ltgtP.
Qed.

(** A pulled back form has no more positive squares. *)
Theorem n_plus_congr_le m n (B : 'M[F]_(m, n)) (A : 'M[F]_n) :
  (n_plus (B *m A *m B^T) <= n_plus A)%N.
Proof.
have [V [rV pV]] := n_plus_has (B *m A *m B^T).
have pB (x : 'rV_m) : (x <= V)%MS -> x *m B = 0 -> x = 0.
  move=> xV xB; apply/eqP; apply: contraTT isT => x0.
  by have := pV x xV x0; rewrite quad_congr xB quad0 ltxx.
have <- : \rank (V *m B) = n_plus (B *m A *m B^T).
  rewrite -rV -(mxrank_mul_ker V B); suff -> : \rank (V :&: kermx B)%MS = 0%N by rewrite addn0.
  apply/eqP; rewrite mxrank_eq0 -submx0; apply/row_subP => i.
  have : (row i (V :&: kermx B) <= V :&: kermx B)%MS by apply: row_sub.
  by rewrite sub_capmx => /andP[iV /sub_kermxP iB]; rewrite (pB _ iV iB) sub0mx.
apply: positive_leq => x /submxP[y ->]; rewrite mulmxA => y0.
rewrite -quad_congr; apply: pV; first exact: submxMl.
by apply: contraNneq y0 => ->; rewrite mul0mx.
Qed.

Theorem n_minus_congr_le m n (B : 'M[F]_(m, n)) (A : 'M[F]_n) :
  (n_minus (B *m A *m B^T) <= n_minus A)%N.
Proof. by rewrite /n_minus -mulNmx -mulmxN n_plus_congr_le. Qed.

(** Sylvester's law of inertia; B may have more rows than columns. *)
Theorem n_plus_congr m n (B : 'M[F]_(m, n)) (A : 'M[F]_n) : \rank B = n ->
  n_plus (B *m A *m B^T) = n_plus A.
Proof.
move=> rB; apply/eqP; rewrite eqn_leq n_plus_congr_le /=.
have /row_fullP[C CB] : row_full B by rewrite /row_full rB.
rewrite -{1}[A]mul1mx -[1%:M *m A]mulmx1 -[in X in _ *m X](trmx1 F n) -CB trmx_mul !mulmxA.
by rewrite -(mulmxA C B A) -(mulmxA C (B *m A)) n_plus_congr_le.
Qed.

Theorem n_minus_congr m n (B : 'M[F]_(m, n)) (A : 'M[F]_n) : \rank B = n ->
  n_minus (B *m A *m B^T) = n_minus A.
Proof. by move=> rB; rewrite /n_minus -mulNmx -mulmxN n_plus_congr. Qed.

(** The same for J^T H J, the pullback of the text. *)
Lemma n_plus_pull_le m n (J : 'M[F]_(m, n)) (H : 'M[F]_m) :
  (n_plus (J^T *m H *m J) <= n_plus H)%N.
Proof. by have := n_plus_congr_le J^T H; rewrite trmxK. Qed.

Lemma n_minus_pull_le m n (J : 'M[F]_(m, n)) (H : 'M[F]_m) :
  (n_minus (J^T *m H *m J) <= n_minus H)%N.
Proof. by have := n_minus_congr_le J^T H; rewrite trmxK. Qed.

(** The form is not positive on some subspace of dimension n - n_+. *)
Theorem nonpositive_subspace n (A : 'M[F]_n) : sym A -> exists W : 'M[F]_n,
  \rank W = (n - n_plus A)%N /\ forall x : 'rV_n, (x <= W)%MS -> quad A x <= 0.
Proof.
move=> sA; have [P [D uP PD]] := congruent_diagonal sA.
pose W := rowsub (@enum_val _ [pred i | ~~ (0 < D ord0 i)]) P.
exists <<W>>%MS; rewrite mxrank_gen; split=> [|x].
  rewrite (rank_rows D uP (fun d => ~~ (0 < d))) (n_plus_diagonal uP PD).
  have := cardC [pred i | 0 < D ord0 i]%R; rewrite card_ord => e.
  by rewrite -[X in (X - _)%N]e addKn.
by rewrite genmxE; apply: rows_nonpositive.
Qed.

(** Restriction to a subspace V loses at most the codimension of V. *)
Theorem n_plus_restrict m n (V : 'M[F]_(m, n)) (A : 'M[F]_n) :
  (n_plus A + \rank V <= n + n_plus (V *m A *m V^T))%N.
Proof.
have [W [<- pW]] := n_plus_has A; apply: leq_trans (rank_cap_ge W V) _.
rewrite leq_add2l; have [C fC CU] := subspace_of_rank (leqnn (\rank (W :&: V)%MS)).
have /submxP[E CE] : (C <= V)%MS by apply: submx_trans CU (capmxSr _ _).
have CW : (C <= W)%MS by apply: submx_trans CU (capmxSl _ _).
move: (fC); rewrite /row_free => /eqP <-; rewrite CE.
apply: leq_trans (mxrankM_maxl _ _) _; apply: positive_leq => x /submxP[y ->] y0.
rewrite quad_congr -mulmxA -CE; apply: pW; first exact: submx_trans (submxMl _ _) CW.
apply: contraNneq y0 => yC; suff -> : y = 0 by rewrite mul0mx.
by apply: (row_free_inj fC); rewrite yC mul0mx.
Qed.

Theorem n_minus_restrict m n (V : 'M[F]_(m, n)) (A : 'M[F]_n) :
  (n_minus A + \rank V <= n + n_minus (V *m A *m V^T))%N.
Proof. by rewrite /n_minus -mulNmx -mulmxN n_plus_restrict. Qed.

(** A sum has at most the positive squares of both forms together. *)
Theorem n_plusD_le n (A B : 'M[F]_n) : sym A -> sym B ->
  (n_plus (A + B) <= n_plus A + n_plus B)%N.
Proof.
move=> sA sB; have [V [rV nV]] := nonpositive_subspace sA.
have [W [rW nW]] := nonpositive_subspace sB; have [U [<- pU]] := n_plus_has (A + B).
have := rank_cap_ge V W.
suff : (\rank U + \rank (V :&: W)%MS <= n)%N.
  by rewrite rV rW; have := n_plus_le A; have := n_plus_le B; lia.
apply: positive_cap pU _ => x; rewrite sub_capmx => /andP[xV xW].
by rewrite quad_mxD ler_naddl ?nV ?nW.
Qed.

Theorem n_minusD_le n (A B : 'M[F]_n) : sym A -> sym B ->
  (n_minus (A + B) <= n_minus A + n_minus B)%N.
Proof. by move=> sA sB; rewrite /n_minus opprD n_plusD_le //; apply: symN. Qed.

(** A symmetric matrix is positive semidefinite iff n_- = 0. *)
Theorem n_minus_eq0 n (A : 'M[F]_n) : sym A -> n_minus A = 0%N <-> psd A.
Proof.
move=> sA; split=> [A0|[_ pA]].
  split=> // x; rewrite leNgt; apply/negP => x0.
  suff : (\rank x <= n_minus A)%N.
    rewrite A0 leqn0 mxrank_eq0 => /eqP x00.
    by rewrite x00 quad0 ltxx in x0.
  apply: negative_leq => y /submxP[c ->]; rewrite [c]mx11_scalar mul_scalar_mx => y0.
  rewrite quadZ pmulr_rlt0 // lt_neqAle sqr_ge0 andbT eq_sym sqrf_eq0.
  by apply: contraNneq y0 => ->; rewrite scale0r.
apply/eqP; rewrite -leqn0 /n_minus; have [V [<- pV]] := n_plus_has (- A).
rewrite leqn0 mxrank_eq0 -submx0; apply/row_subP => i.
have [->|x0] := eqVneq (row i V) 0; first exact: sub0mx.
have := pV _ (row_sub i V) x0; rewrite quad_mxN oppr_gt0 => x1.
by have := lt_le_trans x1 (pA (row i V)); rewrite ltxx.
Qed.

Lemma n_minus_psd n (A : 'M[F]_n) : psd A -> n_minus A = 0%N.
Proof. by move=> pA; apply/(n_minus_eq0 (psd_sym pA)). Qed.

Lemma n_plus_psd n (A : 'M[F]_n) : psd A -> n_plus A = \rank A.
Proof.
by move=> pA; rewrite -(n_plus_minus_rank (psd_sym pA)) (n_minus_psd pA) addn0.
Qed.

(** A is positive definite iff n_+ = n. *)
Theorem n_plus_full n (A : 'M[F]_n) : sym A -> n_plus A = n <-> pd A.
Proof.
move=> sA; split=> [An|[_ pA]].
  split=> // x x0; have [V [rV pV]] := n_plus_has A; apply: pV => //.
  by rewrite submx_full // /row_full rV An.
apply/eqP; rewrite eqn_leq n_plus_le -{1}(mxrank1 F n); apply: positive_leq => x _.
exact: pA.
Qed.

Lemma rank_pd n (A : 'M[F]_n) : pd A -> \rank A = n.
Proof.
by move=> pA; rewrite -(n_plus_psd (pd_psd pA)); apply/(n_plus_full (pd_sym pA)).
Qed.

End Sylvester.
