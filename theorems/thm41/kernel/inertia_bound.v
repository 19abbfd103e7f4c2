(** * How many negative eigenvalues there must be *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite diagonal inertia subspaces sylvester.
From Geometry.thm41 Require Import heads.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section InertiaBound.
Variable F : realFieldType.

(** A subspace of codimension n_+(H) on which the form of a symmetric H is nowhere positive. *)
Lemma nonpositive_subspace k (H : 'M[F]_k) : sym H ->
  exists Q : 'M[F]_k, \rank (cokermx Q) = n_plus H /\ forall x : 'rV_k, (x <= Q)%MS -> quad H x <= 0.
Proof.
move=> sH; have [P [D uP PD]] := congruent_diagonal sH.
pose R := rowsub (@enum_val _ [pred i | ~~ (0 < D ord0 i)]) P.
have rR : \rank R = #|[pred i | ~~ (0 < D ord0 i)%R]| := rank_rows D uP (fun d => ~~ (0 < d)).
exists (<<R>>%MS); split=> [|x]; last first.
  by rewrite genmxE => xR; apply: (rows_nonpositive PD xR).
rewrite mxrank_coker genmxE rR (n_plus_diagonal uP PD).
have e := cardC [pred i | 0 < D ord0 i]%R; rewrite card_ord in e.
by apply/eqP; rewrite -(eqn_add2r #|[pred i | ~~ (0 < D ord0 i)%R]|) subnK ?e // -[X in (_ <= X)%N]e leq_addl.
Qed.

(** For symmetric H and D, any J and A: n_-(J^T H J + A^T D A) >= n_-(D) - n_+(H) - (m - rank A). *)
Lemma inertia_bound d k m (H : 'M[F]_k) (D : 'M[F]_m) (J : 'M[F]_(k, d)) (A : 'M[F]_(m, d)) :
  sym H ->
  (n_minus D - n_plus H - (m - \rank A) <= n_minus (J^T *m H *m J + A^T *m D *m A))%N.
Proof.
move=> sH; have [Q [rQ nQ]] := nonpositive_subspace sH.
have [[N [rN nN]] _] := proj1 (n_minusP D (n_minus D)) erefl.
pose B := (N :&: A^T)%MS; pose U0 := B *m pinvmx A^T.
have U0A : U0 *m A^T = B by apply: mulmxKpV; apply: capmxSr.
have rU0 : \rank U0 = \rank B.
  by apply/eqP; rewrite eqn_leq mxrankM_maxl /= -{1}U0A mxrankM_maxl.
pose C := J^T *m cokermx Q; pose U := (U0 :&: kermx C)%MS.
have nU : negative_on (J^T *m H *m J + A^T *m D *m A) U.
  move=> x; rewrite sub_capmx => /andP[xU0 /sub_kermxP xC] x0.
  rewrite quad_mxD !quad_pull.
  have h1 : quad H (x *m J^T) <= 0 by apply: nQ; rewrite submxE -mulmxA xC.
  have /submxP[c xE] := xU0.
  have xA : x *m A^T = c *m B by rewrite xE -mulmxA U0A.
  have xA0 : x *m A^T != 0.
    by apply: contraNneq x0 => e; rewrite xE /U0 mulmxA -xA e mul0mx.
  have h2 : quad D (x *m A^T) < 0.
    by apply: nN => //; rewrite xA; apply: submx_trans (submxMl _ _) (capmxSl _ _).
  by rewrite -(addr0 0); apply: ler_lt_add.
apply: leq_trans (negative_leq nU).
have h1 := rank_cap_ge N A^T; have h2 := rank_kernel_ge U0 C.
have h3 : (\rank C <= n_plus H)%N by rewrite -rQ mxrankM_maxr.
rewrite -/B -/U -rU0 mxrank_tr rN in h1 h2 *.
have := rank_leq_row A; lia.
Qed.

(** For any symmetric hess L and any depth, with D the diagonal matrix of all delta_j s''(a_j) and m_tot hidden units in all: n_-(H_eff) >= n_-(D) - n_+(hess L) - (m_tot - rank W_1). *)
Theorem part_inertia (s s' s'' : F -> F) d k m (W1 : 'M[F]_(m, d)) (b1 : 'rV_m) (rest : layers F k m)
    (H : 'M[F]_k) (rho : 'rV_k) (z : 'rV_d) :
  sym H ->
  (n_minus (gains s s' s'' (Layer W1 b1 rest) rho z) - n_plus H - (units (Layer W1 b1 rest) - \rank W1)
   <= n_minus (effective s s' s'' (Layer W1 b1 rest) H rho z))%N.
Proof.
move=> sH; have e : \rank (stack s s' (Layer W1 b1 rest) z) = \rank W1 by rewrite stack_rank.
by rewrite -e; apply: inertia_bound.
Qed.

(** n_- of a negative definite matrix. *)
Lemma n_minus_negative n (A : 'M[F]_n) : pd (- A) -> n_minus A = n.
Proof.
move=> [_ pA]; apply/eqP; rewrite eqn_leq n_minus_le /= -{1}(mxrank1 F n).
by apply: negative_leq => x _ /pA; rewrite quad_mxN oppr_gt0.
Qed.

Lemma n_plus0 n : n_plus (0 : 'M[F]_n) = 0%N.
Proof.
apply/n_plusP; split=> [|V pV].
  by exists 0; rewrite mxrank0; split=> // x /submx0null ->; rewrite eqxx.
rewrite leqn0 mxrank_eq0; apply/eqP/row_matrixP => i; rewrite row0; apply/eqP/contraT => r0.
by have := pV (row i V) (row_sub _ _) r0; rewrite /quad form_mx0 ltxx.
Qed.

Lemma inertia_attained (s s' : F -> F) d :
  let s'' (a : F) := -1 in
  let W1 := 1%:M : 'M[F]_d in let N := Layer W1 0 (Last (const_mx 1 : 'M[F]_(1, d)) 0) in
  let H := 0 : 'M[F]_1 in let rho := 1%:M : 'rV[F]_1 in
  n_minus (effective s s' s'' N H rho 0) = d /\
  (n_minus (gains s s' s'' N rho 0) - n_plus H - (units N - \rank W1))%N = d.
Proof.
move=> s'' W1 N H rho; set D := gains _ _ _ _ _ _.
have gE : D = - 1%:M.
  have dE j : deltas s s' N rho 0 0 j = 1.
    rewrite -[j]splitK; case: (split j) => [i|[]] //.
    by rewrite [LHS]row_mxEl mul1mx mxE.
  rewrite /D /gains -diag_const_mx -raddfN; congr diag_mx; apply/rowP => j.
  by rewrite [LHS]mxE dE mul1r !mxE.
have sE : pd (- D) by rewrite gE opprK; apply: pd1.
split; last first.
  by rewrite (n_minus_negative sE) n_plus0 /W1 mxrank1 /= addn0 subn0 subnn subn0.
apply: n_minus_negative.
have -> : effective s s' s'' N H rho 0 = (stack s s' N 0)^T *m D *m stack s s' N 0.
  by rewrite /effective /pullback mulmx0 mul0mx add0r.
rewrite gE mulmxN mulNmx opprK mulmx1.
have -> : stack s s' N 0 = col_mx 1%:M 0 by rewrite /= !mul0mx.
rewrite tr_col_mx mul_row_col trmx1 trmx0 mulmx1 mulmx0 addr0.
exact: pd1.
Qed.

(** It is attained: [d] hidden units, W_1 = I, H = 0, rho = 1, W_2 = (1 .. 1) and s(a) = a - a^2 / 2 give n_-(H_eff) = d = n_-(D) - n_+(H) - (m_tot - rank W_1). *)
Theorem part_inertia_attained d :
  let s (a : F) := a - a ^+ 2 / 2%:R in let s' (a : F) := 1 - a in let s'' (a : F) := -1 in
  let W1 := 1%:M : 'M[F]_d in let N := Layer W1 0 (Last (const_mx 1 : 'M[F]_(1, d)) 0) in
  let H := 0 : 'M[F]_1 in let rho := 1%:M : 'rV[F]_1 in
  n_minus (effective s s' s'' N H rho 0) = d /\
  (n_minus (gains s s' s'' N rho 0) - n_plus H - (units N - \rank W1))%N = d.
Proof. by move=> s s'; apply: (inertia_attained s s'). Qed.

End InertiaBound.
