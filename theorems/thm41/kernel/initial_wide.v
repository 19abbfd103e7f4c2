(** * Heads with independent units and any number of them: how often a collapse is stable *)
From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite diagonal inertia sylvester subspaces matrices laws.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.thm41 Require Import heads direction real_heads hessian_parts hessian_met initial hoeffding.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma two0 : 2%:R != 0 :> R.
Proof. by rewrite pnatr_eq0. Qed.

Lemma averageS m g : average m.+1 g = (average m (fun s => g (true :: s)) + average m (fun s => g (false :: s))) / 2%:R.
Proof. by rewrite /= RdivE ?two0. Qed.

Lemma sum_tuples m (g : seq bool -> R) : \sum_(t : m.-tuple bool) g t = 2%:R ^+ m * average m g.
Proof.
elim: m g => [|m IH] g.
  by rewrite expr0 mul1r (big_pred1 [tuple]) // => t; apply/esym/eqP; exact: tuple0.
rewrite averageS (reindex (fun p : bool * m.-tuple bool => [tuple of p.1 :: p.2])) /=; last first.
  exists (fun t => (thead t, [tuple of behead t])) => [[b t]|t] _ /=.
    by congr (_, _); apply: val_inj.
  by rewrite [RHS]tuple_eta; apply: val_inj.
rewrite -(pair_bigA _ (fun b (t : m.-tuple bool) => g (b :: t))) /= big_bool /= (IH (fun s => g (true :: s))) (IH (fun s => g (false :: s))) exprS.
move: (average _ _) (average _ _) (2%:R ^+ m) => a b c; by field.
Qed.

(** The units of which the sign is changed by a row of signs. *)
Definition units_of m (s : seq bool) : {set 'I_m} := [set j : 'I_m | nth false s j].

Lemma sum_average m (f : {set 'I_m} -> R) : \sum_A f A = 2%:R ^+ m * average m (fun s => f (units_of m s)).
Proof.
rewrite -sum_tuples (reindex (fun t : m.-tuple bool => units_of m t)) //.
exists (fun A : {set 'I_m} => [tuple of mkseq (fun i => [exists j : 'I_m, (j == i :> nat) && (j \in A)]) m]).
  move=> t _; apply: eq_from_tnth => i; rewrite (tnth_nth false) /= nth_mkseq // (tnth_nth false).
  apply/existsP/idP => [[j /andP[/eqP e]]|ti]; first by rewrite inE e.
  by exists i; rewrite eqxx inE.
move=> A _; apply/setP => i; rewrite inE nth_mkseq //.
apply/existsP/idP => [[j /andP[/eqP e]]|iA]; last by exists i; rewrite eqxx.
by rewrite (val_inj e).
Qed.

Lemma diag_update m (x y : 'rV[R]_m) j : (forall i, i != j -> y 0 i = x 0 i) ->
  diag_mx y = diag_mx x + (y 0 j - x 0 j) *: delta_mx j j.
Proof.
move=> e; apply/matrixP => a b; rewrite !mxE; have [<-|ab] := eqVneq a b.
  rewrite andbb !mulr1n; have [->|aj] := eqVneq a j; first by rewrite mulr1 addrC subrK.
  by rewrite mulr0 addr0 e.
have -> : (a == j) && (b == j) = false.
  by apply/negP => /andP[/eqP aj /eqP bj]; rewrite aj bj eqxx in ab.
by rewrite !mulr0n mulr0 addr0.
Qed.

(** For every D without zeros there is a W_1 with rank W_1^T D W_1 = min (d, m): the identity, continued by zeros. *)
Theorem part_initial_wide_rank d m (D : 'rV[R]_m) : (forall j, D 0 j != 0) ->
  exists W1 : 'M[R]_(m, d), \rank (W1^T *m diag_mx D *m W1) = minn d m.
Proof.
move=> D0; exists (pid_mx (minn d m)).
pose D' : 'rV[R]_d := \row_j (if insub (j : nat) is Some i then D 0 i else 1).
have u : diag_mx D' \in unitmx.
  rewrite unitmxE det_diag unitfE; apply/prodf_neq0 => j _; rewrite mxE; case: insub => [i|] //.
  exact: oner_neq0.
have e : diag_mx D *m pid_mx (minn d m) = pid_mx (minn d m) *m diag_mx D' :> 'M_(m, d).
  apply/matrixP => i j; rewrite mul_diag_mx mul_mx_diag !mxE; case: (eqVneq (i : nat) j) => [ij|_]; last by rewrite mulr0 mul0r.
  by rewrite -ij valK mulrC.
rewrite -mulmxA e mulmxA mxrankMfree ?row_free_unit // tr_pid_mx mul_pid_mx.
by rewrite rank_pid_mx; lia.
Qed.

(** exp (- (q - 2 n)^2 / (2 m)). *)
Definition hoeffding_tail (m n q : nat) : R_realFieldType :=
  exp (- ((q%:R - 2%:R * n%:R) ^+ 2 / (2%:R * m%:R)))%R.

Section Wide.
Variables (s : R -> R) (d m k : nat).
Hypothesis sC : C2fun s.
Implicit Type w : two_layers d m k.

(** The interaction term W_1^T D W_1 of two layers. *)
Definition bent (L : vec k -> R) w : 'M[R]_d :=
  (first_weights w)^T *m diag_mx (bends s L w) *m first_weights w.

Lemma sym_bent L w : sym (bent L w).
Proof. exact: sym_pull (sym_diag _). Qed.

Lemma bent_complement L A w : bent L (turn s (~: A) w) = - bent L (turn s A w).
Proof.
rewrite /bent -mulNmx -mulmxN; congr (_ *m _ *m _); rewrite -raddfN; congr diag_mx; apply/rowP => j.
by rewrite [RHS]mxE !turn_bends // inE; case: (j \in A); rewrite /= ?expr0 ?expr1 ?mul1r ?mulN1r ?opprK.
Qed.

(** n_-(M) + n_-(- M) = rank M. *)
Lemma bent_both L A w :
  (n_minus (bent L (turn s A w)) + n_minus (bent L (turn s (~: A) w)) = \rank (bent L (turn s A w)))%N.
Proof. by rewrite bent_complement n_minusN addnC n_plus_minus_rank //; exact: sym_bent. Qed.

(** Where H_eff >= 0, n_-(M) <= n_+(G) <= n_+(hess L). *)
Lemma bent_stable L w : C2 L (head_of s w (point w)) -> psd (hessian L (head_of s w) (point w)) ->
  (n_minus (bent L w) <= n_plus (loss_hessian L (head_of s w (point w))))%N.
Proof.
move=> LC p; set H := loss_hessian _ _; set J := jacobian_of (head_of s w) (point w).
have sH : sym H by exact: sym_loss.
have -> : bent L w = hessian L (head_of s w) (point w) + - (J^T *m H *m J).
  by rewrite hessian_units // addrC addKr.
apply: leq_trans (n_minusD_le (psd_sym p) (symN (sym_pull _ sH))) _.
by rewrite (n_minus_psd p) n_minusN add0n; exact: n_plus_pull_le.
Qed.

(** One sign changes n_-(M) by at most 1. *)
Lemma bent_near L w w' j : first_weights w' = first_weights w ->
  (forall i, i != j -> bends s L w' 0 i = bends s L w 0 i) -> (n_minus (bent L w') <= (n_minus (bent L w)).+1)%N.
Proof.
move=> eW eb; set W := first_weights w; pose c := bends s L w' 0 j - bends s L w 0 j.
have e : bent L w' = bent L w + W^T *m (c *: delta_mx j j) *m W.
  by rewrite /bent eW -/W -mulmxDl -mulmxDr (diag_update eb).
have sX : sym (c *: delta_mx j j : 'M[R]_m) by rewrite /sym linearZ /= trmx_delta.
rewrite e; apply: leq_trans (n_minusD_le (sym_bent L w) (sym_pull _ sX)) _.
rewrite -addn1 leq_add2l; apply: leq_trans (n_minus_pull_le _ _) _.
apply: leq_trans (_ : \rank (c *: delta_mx j j : 'M[R]_m) <= _)%N.
  by rewrite -(n_plus_minus_rank sX) leq_addl.
by apply: leq_trans (mxrankS (scalemx_sub _ (submx_refl _))) _; rewrite mxrank_delta.
Qed.

Section Count.
Variables (L : vec k -> R) (w : two_layers d m k) (n q : nat) (stable : pred {set 'I_m}).
Hypothesis LC : C2 L (head_of s w (point w)).
Hypothesis rank_q : forall A, (q <= \rank (bent L (turn s A w)))%N.
Hypothesis few : (n_plus (loss_hessian L (head_of s w (point w))) <= n)%N.
Hypothesis many : (n.*2 < q)%N.
Hypothesis st : forall A, stable A -> psd (hessian L (head_of s (turn s A w)) (point w)).

Lemma stable_few A : stable A -> (n_minus (bent L (turn s A w)) <= n)%N.
Proof.
move=> /st p; apply: leq_trans few; have := @bent_stable L (turn s A w).
by rewrite turn_output => K; apply: K.
Qed.

Lemma units_positive : (0 < m)%N.
Proof.
have r : (q <= m)%N.
  apply: leq_trans (rank_q set0) _; apply: leq_trans (mxrankM_maxr _ _) _; exact: rank_leq_row.
by apply: leq_trans r; apply: leq_trans many.
Qed.

(** Of the 2^m changes of signs of units at most one half make the collapse stable: of two that differ in all signs, not both do. *)
Theorem part_initial_wide_half : (#|stable|.*2 <= 2 ^ m)%N.
Proof.
have CI : injective (fun A : {set 'I_m} => ~: A) by move=> A B /(congr1 (@setC _)); rewrite !setCK.
pose S := [set A | stable A]; have -> : #|stable| = #|S| by rewrite cardsE.
rewrite -card_powerset_ord -addnn -[X in (_ + X)%N](card_imset _ CI).
have dj : [disjoint S & [set ~: A | A in S]].
  apply/pred0P => A; rewrite /= inE; apply/andP => -[sA /imsetP[B]]; rewrite inE => sB e.
  have := bent_both L B w; have := rank_q B; rewrite -e.
  have := stable_few sA; have := stable_few sB; have := many; lia.
by move: dj; rewrite -leq_card_setU => /eqP <-; exact: max_card.
Qed.

(** And at most the share exp (- (q - 2 n)^2 / (2 m)), by the inequality of Hoeffding, Azuma and McDiarmid for fair signs. *)
Theorem part_initial_wide_count :
  #|stable|%:R <= 2%:R ^+ m * hoeffding_tail m n q :> R.
Proof.
pose f A : R := (n_minus (bent L (turn s A w)))%:R; pose g r := f (units_of m r).
have st' : steady m g.
  move=> r i rm im; pose j := Ordinal im.
  have eb l : l != j -> bends s L (turn s (units_of m (changed i r)) w) 0 l = bends s L (turn s (units_of m r) w) 0 l.
    move=> lj; rewrite !turn_bends // !inE /changed nth_set_nth /=.
    have -> : (l == i :> nat) = false by apply: negPf; exact: lj.
    by [].
  have a := @bent_near L (turn s (units_of m r) w) (turn s (units_of m (changed i r)) w) j erefl eb.
  have b := @bent_near L (turn s (units_of m (changed i r)) w) (turn s (units_of m r) w) j erefl (fun l lj => esym (eb l lj)).
  apply: Rabs_le; split; apply/RleP.
    by rewrite RoppE RminusE ler_oppl opprB ler_subl_addl -(natrD _ _ 1) ler_nat addn1.
  by rewrite RminusE ler_subl_addl -(natrD _ _ 1) ler_nat addn1.
have p2 : 0 < 2%:R ^+ m :> R by rewrite exprn_gt0 ?ltr0n.
have mean_q : q%:R / 2%:R <= average m g.
  have meanE : 2%:R ^+ m * average m g = \sum_A f A := esym (sum_average f).
  rewrite -(ler_pmul2l p2) meanE mulrA ler_pdivr_mulr ?ltr0n //.
  have C : \sum_A f A = \sum_A f (~: A) by rewrite [RHS](reindex_inj (@setC_inj _)); apply: eq_bigr => A _; rewrite setCK.
  rewrite [X in _ <= X]mulr_natr [X in _ <= X]mulr2n {2}C -big_split /=.
  have -> : 2%:R ^+ m * q%:R = \sum_(A : {set 'I_m}) q%:R :> R.
    by rewrite sumr_const card_powerset_ord mulrC -natrX mulr_natr.
  apply: ler_sum => A _; rewrite /f -natrD ler_nat bent_both; exact: rank_q.
pose t : R := q%:R / 2%:R - n%:R.
have t0 : 0 <= t.
  by rewrite subr_ge0 ler_pdivl_mulr ?ltr0n // -natrM ler_nat muln2 ltnW.
have far r : size r = m -> stable (units_of m r) -> Rle (g r) (Rminus (average m g) t).
  move=> _ sr; apply/RleP; rewrite RminusE ler_subr_addr.
  apply: le_trans mean_q; rewrite /t addrA ler_subl_addr [_ + n%:R]addrC ler_add2r ler_nat.
  exact: stable_few.
have t0' : Rle 0 t by apply/RleP.
have /RleP := @hoeffding m g (fun r => stable (units_of m r)) t units_positive st' t0' far.
have -> : #|stable|%:R = 2%:R ^+ m * average m (fun r => if stable (units_of m r) then 1 else 0) :> R.
  have <- := sum_average (fun A => if stable A then 1 else 0 : R).
  by rewrite -big_mkcond /= sumr_const; congr (_%:R).
move=> le; rewrite ler_pmul2l //; apply: le_trans le _; rewrite le_eqVlt; apply/orP; left; apply/eqP.
have m0 : m%:R != 0 :> R by rewrite pnatr_eq0 -lt0n units_positive.
congr exp; rewrite RoppE INRE RdivE // RmultE RpowE; congr (- _); change (IZR 2) with (2%:R : R).
rewrite /t; move: (q%:R) (n%:R) (m%:R) m0 => a b c c0; have z := two0.
by field.
Qed.

End Count.
End Wide.

(** As [prob_orbit], with a share that is any real number. *)
Lemma prob_orbit_share W (P : law R_realFieldType W) (I : finType) (sigma : I -> W -> W) (E bad : pred W) (b : R) :
  (0 < #|I|)%N -> 0 <= b -> (forall i, invariant P (sigma i)) -> event P E -> event P bad ->
  (forall x, ~~ bad x -> #|[pred i | E (sigma i x)]|%:R <= #|I|%:R * b) ->
  prob P E <= b + prob P bad.
Proof.
move=> I0 b0 inv eE eb count; have n0 : 0 < #|I|%:R :> R by rewrite ltr0n.
pose p c := (c <= #|I|)%N && (c%:R <= #|I|%:R * b).
have p0 : exists c, p c by exists 0%N; rewrite /p leq0n mulr_ge0 // ltW.
have pI c : p c -> (c <= #|I|)%N by case/andP.
pose c := ex_maxn p0 pI; have [cp cm] : p c /\ forall j, p j -> (j <= c)%N.
  by rewrite /c; case: ex_maxnP.
apply: le_trans (prob_orbit (b := c) I0 inv eE eb _) _ => [x /count le|].
  by apply: cm; rewrite /p max_card.
by rewrite ler_add2r ler_pdivr_mulr // mulrC; case/andP: cp.
Qed.

Lemma prob_not W (P : law R_realFieldType W) (E : pred W) : event P E ->
  event P (fun x => ~~ E x) /\ prob P (fun x => ~~ E x) = 1 - prob P E.
Proof.
move=> eE; have ext : (fun x => (~~ E x)%:R) = (fun x => -1 * (E x)%:R + 1) :> (W -> R).
  apply: FunctionalExtensionality.functional_extensionality => x.
  by case: (E x); rewrite /= mulN1r ?oppr0 ?addNr ?add0r.
split; first by rewrite /event ext; apply: integrable_linear eE (integrable1 P).
by rewrite /prob ext (mean_linear _ eE (integrable1 P)) mean1 mulN1r addrC.
Qed.

Section Probability.
Variables (s : R -> R) (W : Type) (P : law R_realFieldType W) (d m k : nat).
Variables (w : W -> two_layers d m k) (sigma : {set 'I_m} -> W -> W) (L : vec k -> R) (n q : nat).

(** Two layers with m units, and a law of weights that does not change when any columns of W_2 change sign (with b_2 readjusted to keep h(z)), as where these columns are independent of each other, of the first layer, of z and of h(z), and each is symmetric: P(H_eff >= 0) <= exp (- (q - 2 n)^2 / (2 m)), and <= 1/2, if almost surely M has the rank q at least whichever signs are changed, and n_+(hess L) <= n < q / 2. Outside the event [bad] both hold; it may have any probability, which is then added. *)
Theorem part_initial_wide (stable bad : pred W) :
  C2fun s -> (forall x, C2 L (head_of s (w x) (point (w x)))) ->
  (forall A x, w (sigma A x) = turn s A (w x)) -> (forall A, invariant P (sigma A)) ->
  (forall x, stable x <-> psd (hessian L (head_of s (w x)) (point (w x)))) -> event P stable -> event P bad ->
  (n.*2 < q)%N ->
  (forall x, ~~ bad x -> (forall A, (q <= \rank (bent s L (turn s A (w x))))%N) /\
     (n_plus (loss_hessian L (head_of s (w x) (point (w x)))) <= n)%N) ->
  prob P stable <= hoeffding_tail m n q + prob P bad /\ prob P stable <= 2%:R^-1 + prob P bad.
Proof.
move=> sC LC turns inv st es eb many good.
have I0 : (0 < #|{set 'I_m}|)%N by rewrite card_powerset_ord expn_gt0.
have st' x A : [pred A | stable (sigma A x)] A -> psd (hessian L (head_of s (turn s A (w x))) (point (w x))).
  by rewrite inE => /st; rewrite turns.
split; apply: (prob_orbit_share I0 _ inv es eb) => [|x /good[rq few]].
- by apply/RleP; apply: Rlt_le; exact: exp_pos.
- rewrite card_powerset_ord natrX.
  by have := part_initial_wide_count sC (LC x) rq few many (@st' x).
- by rewrite invr_ge0 ler0n.
rewrite ler_pdivl_mulr ?ltr0n // -natrM ler_nat muln2 card_powerset_ord.
by have := part_initial_wide_half sC (LC x) rq few many (@st' x).
Qed.

(** The reading: at random initialisation with independent units, given h(z), and a loss Hessian >= 0 of rank r, lambda_min(H_eff) < 0 with the probability 1 - exp (- (q - 2 r)^2 / (2 m)) at least, and 1/2 at least, if M has the rank q > 2 r at least whichever signs are changed; the last hypotheses hold outside an event [bad] of probability 0. *)
Theorem reading_2_initial_wide (unstable_set bad : pred W) :
  C2fun s -> (forall x, C2 L (head_of s (w x) (point (w x)))) ->
  (forall A x, w (sigma A x) = turn s A (w x)) -> (forall A, invariant P (sigma A)) ->
  (forall x, unstable_set x <-> unstable (hessian L (head_of s (w x)) (point (w x)))) -> event P unstable_set ->
  event P bad -> prob P bad = 0 -> (n.*2 < q)%N ->
  (forall x, ~~ bad x -> [/\ forall A, (q <= \rank (bent s L (turn s A (w x))))%N,
     psd (loss_hessian L (head_of s (w x) (point (w x)))) & \rank (loss_hessian L (head_of s (w x) (point (w x)))) = n]) ->
  1 - hoeffding_tail m n q <= prob P unstable_set /\ 2%:R^-1 <= prob P unstable_set.
Proof.
move=> sC LC turns inv un eu eb b0 many good.
pose stable : pred W := fun x => ~~ unstable_set x.
have [e pE] : event P stable /\ prob P stable = 1 - prob P unstable_set by exact: prob_not.
have st x : stable x <-> psd (hessian L (head_of s (w x)) (point (w x))).
  split=> [nu|[_ p]].
    apply: not_unstable => [|/un u]; first by apply: sym_hessian (LC x); exact: real_head_C2.
    by rewrite /stable u in nu.
  by apply/negP => /un [v]; rewrite ltNge p.
have := part_initial_wide sC LC turns inv st e eb many; rewrite b0 !addr0 pE => K.
have [|a b] := K; first by move=> x /good [rq pH rH]; split=> //; rewrite (n_plus_psd pH) rH.
split; first by rewrite ler_subl_addr addrC -ler_subl_addr.
have -> : 2%:R^-1 = 1 - 2%:R^-1 :> R by field.
by rewrite ler_subl_addr addrC -ler_subl_addr.
Qed.
End Probability.
